# Maximally selected log-rank statistics of maxstat, and survminer's surv_cutpoint.
#
#     Rscript reference/max_selected.R crates/stats/tests/golden/max_selected.jsonl.gz
#
# Curves with many cuts keep every 11th and the best. "gauss" is the normal probability of maxstat's exactGauss (pmvnorm by quasi Monte Carlo,
# asked for four digits) where cuts are few enough for it, "miwa" the same by Miwa's numerical integration.

suppressMessages({library(survival); library(maxstat); library(mvtnorm); library(survminer)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), ifelse(v > 0, '"inf"', '"-inf"')))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"max_selected.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', maxstat ', packageVersion("maxstat"),
  ', survminer ', packageVersion("survminer"), ', mvtnorm ', packageVersion("mvtnorm"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(81)

one <- function(name, time, event, x, minprop, maxprop, table) {
  d <- data.frame(time = time, event = event, x = x)
  of <- function(p, ...) maxstat.test(Surv(time, event) ~ x, data = d, smethod = "LogRank", pmethod = p, minprop = minprop, maxprop = maxprop, ...)
  m <- of("Lau92")
  below <- sapply(m$cuts, function(cut) sum(x <= cut))
  n <- length(x)
  k <- length(below)
  r <- outer(below, below, function(a, b) sqrt(pmin(a, b) * (n - pmax(a, b)) / ((n - pmin(a, b)) * pmax(a, b))))
  beyond <- function(...) 1 - pmvnorm(rep(-m$statistic, k), rep(m$statistic, k), corr = r, ...)
  gauss <- if (k <= 40) beyond(algorithm = GenzBretz(abseps = 1e-4, maxpts = 200000)) else NA
  miwa <- if (k <= 6) beyond(algorithm = Miwa(steps = 512)) else NA
  mc <- of("condMC", B = 50000)$p.value
  scores <- exactRankTests::cscores(Surv(time, event), type = "LogRank", int = FALSE)
  keep <- sort(unique(c(seq(1, length(below), by = if (length(below) > 60) 11 else 1), which.max(m$stats), length(below))))
  survminer <- if (maxprop == 1 - minprop) surv_cutpoint(d, "time", "event", "x", minprop = minprop, progressbar = FALSE) else NULL
  high <- if (is.null(survminer)) NA else sum(surv_categorize(survminer)$x == "high")
  line('"name":"', name, '","table":', if (table) sprintf('{"time":%s,"event":%s,"x":%s,"scores":%s}', list_of(time), list_of(event), list_of(x), list_of(scores)) else "null",
    ',"minprop":', number(minprop), ',"maxprop":', number(maxprop), ',"cut":', number(m$estimate), ',"statistic":', number(m$statistic), ',"count":', length(below),
    ',"place":', list_of(keep - 1), ',"cuts":', list_of(m$cuts[keep]), ',"below":', list_of(below[keep]), ',"stats":', list_of(m$stats[keep]),
    ',"lau92":', number(m$p.value), ',"lau94":', number(of("Lau94")$p.value), ',"gauss":', number(gauss), ',"miwa":', number(miwa), ',"mc":', number(mc),
    ',"survminer":', if (is.null(survminer)) "null" else list_of(unlist(survminer$cutpoint[1, ])), ',"high":', number(high))
}
several <- function(name, time, event, x) {
  one(name, time, event, x, 0.1, 0.9, TRUE)
  one(name, time, event, x, 0.25, 0.75, FALSE)
  one(name, time, event, x, 0.05, 0.6, FALSE)
}
vet <- veteran
several("karno", vet$time, vet$status, vet$karno)
several("veteran age", vet$time, vet$status, vet$age)
few <- lung[complete.cases(lung$ph.karno), ]
several("ph.karno", few$time, few$status - 1, few$ph.karno)
several("bili", pbc$time, as.integer(pbc$status == 2), pbc$bili)
n <- 300
x <- rnorm(n)
several("normal", ceiling(rexp(n, exp(0.7 * (x > 0.4))) * 20), rbinom(n, 1, 0.7), x)
several("noise", rexp(90), rbinom(90, 1, 0.5), round(rnorm(90), 1))
several("small", c(3, 5, 5, 8, 9, 12, 12, 15, 20, 22, 25, 30), c(1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0), c(9, 8, 8, 7, 5, 6, 5, 4, 2, 3, 1, 2))
close(out)
