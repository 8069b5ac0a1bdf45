# Correlation matrices and tests by R's cor and cor.test.
#
#     Rscript reference/stats_correlation.R crates/stats/tests/golden/correlation.jsonl.gz
#
# The columns are in the file. Some have ties, one is a copy of another, one is nearly constant, some are very large or small.

out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(v), collapse = ","))
rows_of <- function(m) sprintf("[%s]", paste(apply(m, 1, list_of), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"stats_correlation.R","R":"', R.version.string, '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(4)

columns <- function(n) {
  a <- rnorm(n)
  b <- a + rnorm(n)
  cbind(a, b, round(2 * b), exp(3 * a) * 1e150, -a^3 * 1e-200, sample(0:1, n, TRUE), c(1, rep(0, n - 1)), a, 1e9 + rnorm(n))
}
cases <- function(x, name) {
  for (method in c("pearson", "spearman", "kendall")) {
    r <- suppressWarnings(cor(x, method = method, use = "pairwise.complete.obs"))
    p <- matrix(NA_real_, ncol(x), ncol(x))
    for (i in seq_len(ncol(x))) for (j in seq_len(ncol(x))) if (i != j) {
      test <- suppressWarnings(tryCatch(cor.test(x[, i], x[, j], method = method, exact = FALSE), error = function(e) NULL))
      if (!is.null(test)) p[i, j] <- test$p.value
    }
    line('"name":"', name, '","method":"', method, '","columns":', rows_of(t(x)), ',"r":', rows_of(r), ',"p":', rows_of(p))
  }
}
cases(columns(60), "complete")
x <- columns(40)
x[3, ] <- NA
x[sample(length(x), 60)] <- NA
x[, 7] <- c(1, rep(0, 39))
cases(x, "missing")
cases(columns(3), "three cases")
close(out)
