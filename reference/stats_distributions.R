# Tails and quantiles of the normal, t, chi-squared and F distributions.
#
#     Rscript reference/stats_distributions.R crates/stats/tests/golden/distributions.jsonl.gz
#
# Points are rounded quantiles, so that the file holds the very numbers R was given.

out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.finite(v), sprintf("%.17g", v), ifelse(is.nan(v), '"nan"', ifelse(v > 0, '"inf"', '"-inf"')))
row <- function(...) {
  fields <- list(...)
  text <- sapply(names(fields), function(n) {
    v <- fields[[n]]
    value <- if (is.character(v)) sprintf('"%s"', v) else if (n == "df") sprintf("[%s]", paste(number(v), collapse = ",")) else number(v)
    sprintf('"%s":%s', n, value)
  })
  cat(sprintf("{%s}\n", paste(text, collapse = ",")), file = out)
}
row(made_by = "stats_distributions.R", R = R.version.string)

p <- c(1e-300, 1e-100, 1e-30, 1e-12, 1e-5, 0.003, 0.05, 0.25, 0.5)
dfs <- c(0.5, 1, 2, 2.5, 7, 30.3, 400, 1e4, 1e5)

suppressWarnings({
  both <- function(name, df, cdf, quantile) {
    x <- c(quantile(p, TRUE), quantile(p, FALSE))
    x <- unique(signif(x[is.finite(x) & (x == 0 | abs(x) > 1e-300) & abs(x) < 1e300], 6))
    for (v in x) row(of = name, df = df, x = v, lower = cdf(v, TRUE), upper = cdf(v, FALSE))
    for (v in p) row(of = name, df = df, p = v, quantile = quantile(v, TRUE), upper_quantile = quantile(v, FALSE))
  }
  both("normal", numeric(0), function(x, l) pnorm(x, lower.tail = l), function(p, l) qnorm(p, lower.tail = l))
  for (d in dfs) both("t", d, function(x, l) pt(x, d, lower.tail = l), function(p, l) qt(p, d, lower.tail = l))
  for (d in dfs) both("chi_squared", d, function(x, l) pchisq(x, d, lower.tail = l), function(p, l) qchisq(p, d, lower.tail = l))
  for (a in dfs) for (b in dfs)
    both("f", c(a, b), function(x, l) pf(x, a, b, lower.tail = l), function(p, l) qf(p, a, b, lower.tail = l))
})
close(out)
