# Limits, standard errors and jackknife influences of R's boot.
#
#     Rscript reference/bootstrap.R crates/stats/tests/golden/bootstrap.jsonl.gz
#
# Each row has the replicates that boot drew; replicates that are not finite (a constant sample) are left out of them, as boot.ci does.

suppressMessages(library(boot))
out <- gzfile(commandArgs(TRUE)[1], "wb")
list_of <- function(v) sprintf("[%s]", paste(sprintf("%.17g", as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"bootstrap.R","versions":"', R.version.string, ', boot ', packageVersion("boot"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(83)

n <- 30
data <- data.frame(x = round(rexp(n), 4), y = round(rnorm(n), 4), s = rep(1:3, c(15, 10, 5)))
statistics <- list(
  ratio = function(d, i) mean(d$x[i]) / mean(exp(d$y[i])),
  correlation = function(d, i) cor(d$x[i], d$y[i]),
  variance = function(d, i) var(d$x[i]),
  median = function(d, i) median(d$y[i]))
for (name in names(statistics)) for (stratified in c(FALSE, TRUE)) for (R in c(99, 200, 999)) {
  strata <- if (stratified) data$s else rep(1, n)
  b <- boot(data, statistics[[name]], R, strata = strata)
  t <- b$t[is.finite(b$t)]
  L <- empinf(b, type = "jack")
  limits <- function(conf) suppressWarnings({
    ci <- boot.ci(b, conf = conf, type = c("basic", "perc", "bca"), L = L)
    c(ci$percent[4:5], ci$basic[4:5], ci$bca[4:5]) })
  levels <- c(0.8, 0.9, 0.95, 0.99)
  line('"statistic":"', name, '","stratified":', tolower(stratified), ',"x":', list_of(data$x), ',"y":', list_of(data$y), ',"strata":', list_of(strata),
    ',"estimate":', sprintf("%.17g", b$t0), ',"replicates":', list_of(t), ',"influence":', list_of(L), ',"se":', sprintf("%.17g", sd(t)), ',"bias":', sprintf("%.17g", mean(t) - b$t0),
    ',"confidence":', list_of(levels), ',"limits":', list_of(sapply(levels, limits)))
}
close(out)
