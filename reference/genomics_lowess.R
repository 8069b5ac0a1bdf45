# Smooth curves of R's lowess, and the curve between its points by approxfun.
#
#     Rscript reference/genomics_lowess.R crates/stats/tests/golden/lowess.jsonl.gz

out <- gzfile(commandArgs(TRUE)[1], "wb")
list_of <- function(v) sprintf("[%s]", paste(sprintf("%.17g", as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"genomics_lowess.R","versions":"', R.version.string, '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(11)

one <- function(name, x, y, f = 2/3, iter = 3, delta = 0.01 * diff(range(x))) {
  l <- lowess(x, y, f, iter, delta)
  fitted <- numeric(length(x))
  fitted[order(x)] <- l$y
  at <- c(min(x) - 1, as.vector(quantile(x, c(0.01, 0.2, 0.333, 0.5, 0.9))), max(x) + 1)
  between <- if (length(unique(x)) == 1) rep(mean(l$y), 7) else approxfun(l, rule = 2, ties = list("ordered", mean))(at)
  line('"name":"', name, '","x":', list_of(x), ',"y":', list_of(y), ',"span":', f, ',"iterations":', iter, ',"delta":', sprintf("%.17g", delta),
    ',"fitted":', list_of(fitted), ',"at":', list_of(at), ',"between":', list_of(between))
}
x <- rnorm(200); y <- sin(x) + rnorm(200, sd = 0.2); y[c(3, 50)] <- 30
one("outliers", x, y)
one("outliers, half", x, y, f = 0.5)
one("outliers, every point", x, y, f = 0.3, delta = 0)
one("outliers, not robust", x, y, f = 0.3, iter = 0)
one("wide delta", x, y, f = 0.4, iter = 2, delta = 0.5)
one("skewed", exp(2 * x), y, f = 0.5)
one("ties", round(x, 1), y, f = 0.2)
one("many ties", round(x), y, f = 0.1)
one("integers", c(1, 5, 2, 2, 9, 9, 9, 4), c(3, 1, 4, 1, 5, 9, 2, 6), f = 0.5)
one("a line", 1:20, 3 * (1:20) - 7)
one("most on a line", 1:20, replace(2 * (1:20), 7, 100))
one("constant x", rep(2, 6), c(1, 2, 3, 4, 5, 7))
one("two", c(2, 1), c(5, 3))
one("one", 4, 2)
one("cars", cars$speed, cars$dist)
one("far from zero", 1e6 + x, y, f = 0.4)
close(out)
