# Least squares with aliased columns by lm.fit, and principal components by prcomp.
#
#     Rscript reference/stats_linear.R crates/stats/tests/golden/linear.jsonl.gz

out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(v), collapse = ","))
columns_of <- function(m) sprintf("[%s]", paste(apply(m, 2, list_of), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"stats_linear.R","R":"', R.version.string, '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(444)

fit <- function(name, x) {
  y <- rnorm(nrow(x)) + 3
  f <- lm.fit(x, y)
  q <- qr(x)
  covariance <- chol2inv(q$qr[seq_len(q$rank), seq_len(q$rank), drop = FALSE])
  line('"name":"', name, '","columns":', columns_of(x), ',"y":', list_of(y), ',"rank":', q$rank, ',"pivot":', list_of(q$pivot - 1),
    ',"coefficients":', list_of(f$coefficients), ',"residuals":', list_of(f$residuals), ',"inverse":', columns_of(covariance))
}
n <- 15
a <- rnorm(n)
b <- runif(n, 5, 9)
g <- rep(1:3, each = 5)
fit("plain", unname(cbind(1, a, b)))
fit("dummies that add up to the intercept", unname(cbind(1, g == 1, g == 2, g == 3, a)))
fit("several aliased", unname(cbind(1, a, 2 * a - 1, b, a + b, b)))
fit("nearly aliased", unname(cbind(1, a, a + 1e-5 * rnorm(n), b, b + 1e-9 * rnorm(n))))
fit("a column of zeros", unname(cbind(0, a, b)))
fit("far from zero", unname(cbind(1, 1e6 + a, 1e-6 * b)))
fit("more columns than rows", matrix(rnorm(4 * 6), 4))
fit("as many columns as rows", matrix(rnorm(16), 4))

components <- function(name, x, scaled) {
  p <- prcomp(x, scale. = scaled)
  line('"name":"', name, '","scaled":', tolower(scaled), ',"columns":', columns_of(x), ',"sd":', list_of(p$sdev),
    ',"loadings":', columns_of(p$rotation), ',"scores":', columns_of(p$x))
}
x <- matrix(rnorm(20 * 5), 20) %*% matrix(rnorm(25), 5)
for (scaled in c(FALSE, TRUE)) components("more cases", x, scaled)
for (scaled in c(FALSE, TRUE)) components("more features", matrix(rnorm(8 * 15), 8), scaled)
components("scales far apart", sweep(matrix(rnorm(20 * 5), 20), 2, 10^c(3, 0, -3, -6, -9), "*"), FALSE)
components("square", matrix(rnorm(36), 6), FALSE)
components("low rank", matrix(rnorm(12 * 2), 12) %*% matrix(rnorm(2 * 6), 2), FALSE)
close(out)
