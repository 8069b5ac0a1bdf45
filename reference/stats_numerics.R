# Derivatives of the logarithm of the gamma function, natural splines, quadrature, roots, logarithms of tails.
#
#     Rscript reference/stats_numerics.R crates/stats/tests/golden/numerics.jsonl.gz

out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.finite(v), sprintf("%.17g", v), ifelse(is.nan(v), '"nan"', ifelse(v > 0, '"inf"', '"-inf"')))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"stats_numerics.R","versions":"', R.version.string, ', limma ', packageVersion("limma"), ', statmod ', packageVersion("statmod"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(77)

x <- c(1e-8, 0.003, 0.1, 0.25, 0.5, 1, 1.4616, 2, 3.3, 7, 14.9, 15, 40.5, 300, 1e5, 1e9)
line('"gamma":', list_of(x), ',"digamma":', list_of(digamma(x)), ',"trigamma":', list_of(trigamma(x)), ',"tetragamma":', list_of(psigamma(x, 2)))
y <- c(1e-9, 1e-6, 2e-6, 1e-3, 0.1, 0.5, 1, 4.9, 80, 1e4, 9e6, 2e7)
line('"trigamma_of":', list_of(y), ',"inverse":', list_of(limma::trigammaInverse(y)))

splines_of <- function(name, x, df, intercept, new) {
  b <- splines::ns(x, df = df, intercept = intercept)
  line('"spline":"', name, '","x":', list_of(x), ',"columns":', df, ',"intercept":', if (intercept) "true" else "false", ',"knots":', list_of(attr(b, "knots")),
    ',"basis":', list_of(t(b)), ',"new":', list_of(new), ',"new_basis":', list_of(t(predict(b, new))))
}
x <- round(runif(25, 2, 14), 3)
new <- c(-3, 2.5, 7, 13.3, 15, 40)
for (df in 2:5) for (intercept in c(TRUE, FALSE)) splines_of("uniform", x, df, intercept, new)
splines_of("line", x, 1, FALSE, new)
splines_of("tied", c(1, 2, 3, rep(5, 12), 6, 7, 9), 4, TRUE, new)
splines_of("tied at the end", c(rep(5, 12), 6, 7, 9), 4, TRUE, new)

g <- statmod::gauss.quad.prob(128, "uniform")
line('"nodes":', list_of(g$nodes), ',"weights":', list_of(g$weights))

functions <- list(cubic = function(x) x^3 - 2 * x - 5, exponential = function(x) exp(-20 * x) - 0.3, steep = function(x) atan(50 * (x - 0.7)) + 0.1)
for (name in names(functions)) for (tolerance in c(1e-3, 1e-8))
  line('"root_of":"', name, '","between":[0,3],"tolerance":', number(tolerance), ',"root":', number(uniroot(functions[[name]], c(0, 3), tol = tolerance)$root))

values <- round(rnorm(23), 3)
for (trim in c(0, 0.1, 0.15, 0.3, 0.5)) line('"trimmed":', list_of(values), ',"trim":', trim, ',"mean":', number(mean(values, trim = trim)))

for (df in c(1, 2.5, 9, 80, Inf)) for (t in c(-3, 0.2, 2, 15, 300, 1e5)) {
  p <- pt(t, df, lower.tail = FALSE, log.p = TRUE)
  if (is.finite(p)) line('"t":', number(t), ',"df":', number(df), ',"ln_upper":', number(p))
}
for (df1 in c(1, 3.5, 20)) for (df2 in c(2, 12.5, 200, Inf)) for (f in c(1e-9, 0.02, 0.6, 1, 3, 40, 1e4)) {
  p <- pf(f, df1, df2, lower.tail = FALSE, log.p = TRUE)
  q <- pf(f, df1, df2, log.p = TRUE)
  if (is.finite(p)) line('"f":', number(f), ',"df":', list_of(c(df1, df2)), ',"ln_upper":', number(p), ',"ln_lower":', number(q), ',"density":', number(df(f, df1, df2)))
}
close(out)
