# Kaplan-Meier, log-rank tests and concordance of R's survival.
#
#     Rscript reference/nonparametric.R crates/stats/tests/golden/nonparametric.jsonl.gz
#
# Times are quarters, so that timefix changes nothing (survdiff cannot switch it off). Curves with many steps keep every 7th step and the last.

suppressMessages(library(survival))
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), ifelse(v > 0, '"inf"', '"-inf"')))
list_of <- function(v) if (is.null(v)) "null" else sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"nonparametric.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(51)

response <- function(d) if (is.null(d$entry)) Surv(d$time, d$event) else Surv(d$entry, d$time, d$event)
weights_of <- function(d) if (is.null(d$weights)) rep(1, length(d$time)) else d$weights

table_of <- function(name, d) line('"table":"', name, '","time":', list_of(d$time), ',"event":', list_of(d$event), ',"risk":', list_of(d$risk),
  ',"risk2":', list_of(d$risk2), ',"group":', list_of(d$group), ',"stratum":', list_of(d$stratum), ',"entry":', list_of(d$entry), ',"weights":', list_of(d$weights))

curve <- function(name, d, stype, ctype, limits, robust) {
  y <- response(d)
  w <- weights_of(d)
  id <- seq_along(d$time)
  fit <- if (robust) survfit(y ~ 1, weights = w, stype = stype, ctype = ctype, conf.type = limits, cluster = id, robust = TRUE, timefix = FALSE)
    else survfit(y ~ 1, weights = w, stype = stype, ctype = ctype, conf.type = limits, robust = FALSE, timefix = FALSE)
  n <- length(fit$time)
  keep <- if (n > 60) sort(unique(c(1:5, seq(1, n, by = 7), n))) else seq_len(n)
  probs <- c(0.1, 0.25, 0.5, 0.6)
  q <- if (is.null(fit$lower)) list(quantile = quantile(fit, probs)) else quantile(fit, probs)
  tau <- c(stats::median(d$time), max(d$time) * 0.8 + 0.25, max(d$time) * 1.1)
  rmean <- sapply(tau, function(t) survival:::survmean(fit, rmean = t)$matrix[c("rmean", "se(rmean)")])
  # R keeps the standard error of S if it is robust (logse is FALSE), of ln S otherwise. For stype = 2, ctype = 1 it says FALSE and
  # keeps that of ln S: its limits are not those of its own definition, and left out.
  wrong <- stype == 2 && ctype == 1 && robust
  log_se <- if (fit$logse || wrong) fit$std.err else fit$std.err / fit$surv
  if (wrong) fit$lower <- fit$upper <- NULL
  at <- sort(c(0, as.vector(quantile(d$time, c(0.1, 0.3, 0.55, 0.8))) + 0.1, fit$time[n %/% 2 + 1], max(d$time) + 1))
  s <- summary(fit, times = at, extend = TRUE)
  line('"curve":"', name, '","stype":', stype, ',"ctype":', ctype, ',"limits":"', limits, '","robust":', tolower(robust), ',"steps":', n, ',"place":', list_of(keep - 1),
    ',"time":', list_of(fit$time[keep]), ',"at_risk":', list_of(fit$n.risk[keep]), ',"events":', list_of(fit$n.event[keep]), ',"censored":', list_of(fit$n.censor[keep]),
    ',"survival":', list_of(fit$surv[keep]), ',"log_se":', list_of(log_se[keep]), ',"lower":', list_of(fit$lower[keep]), ',"upper":', list_of(fit$upper[keep]),
    ',"hazard":', list_of(fit$cumhaz[keep]), ',"hazard_se":', list_of(fit$std.chaz[keep]),
    ',"p":', list_of(probs), ',"q":', list_of(q$quantile), ',"q_lower":', list_of(q$lower), ',"q_upper":', list_of(q$upper),
    ',"tau":', list_of(tau), ',"rmean":', list_of(rmean[1, ]), ',"rmean_se":', list_of(rmean[2, ]),
    ',"at":', list_of(at), ',"at_risk_at":', list_of(s$n.risk), ',"survival_at":', list_of(s$surv), ',"se_at":', list_of(if (wrong) NULL else s$std.err), ',"hazard_at":', list_of(s$cumhaz))
}

concordant <- function(name, d, timewt, until) {
  y <- response(d)
  fit <- concordancefit(y, d$risk, weights = weights_of(d), ymax = if (is.na(until)) NULL else until, timewt = timewt, influence = 1, reverse = TRUE, timefix = FALSE)
  other <- concordancefit(y, d$risk2, weights = weights_of(d), ymax = if (is.na(until)) NULL else until, timewt = timewt, influence = 1, reverse = TRUE, timefix = FALSE)
  line('"concordance":"', name, '","timewt":"', timewt, '","until":', number(until), ',"c":', number(fit$concordance), ',"se":', number(sqrt(fit$var)),
    ',"pairs":', list_of(fit$count), ',"influence":', list_of(fit$dfbeta[seq(1, length(fit$dfbeta), by = 5)]),
    ',"other":', number(other$concordance), ',"difference_se":', number(sqrt(sum((fit$dfbeta - other$dfbeta)^2))))
}

test_of <- function(name, d, rho, strata) {
  y <- Surv(d$time, d$event)
  fit <- if (strata) survdiff(y ~ group + strata(stratum), data = d, rho = rho) else survdiff(y ~ group, data = d, rho = rho)
  sum_of <- function(m) if (is.matrix(m)) rowSums(m) else m
  line('"survdiff":"', name, '","rho":', rho, ',"strata":', tolower(strata), ',"observed":', list_of(sum_of(fit$obs)), ',"expected":', list_of(sum_of(fit$exp)),
    ',"variance":', list_of(fit$var), ',"chisq":', number(fit$chisq), ',"p":', number(fit$pvalue))
}

# With entry times: the score test of Cox's model with exact ties is the log-rank test.
entered <- function(name, d) {
  fit <- coxph(Surv(entry, time, event) ~ factor(group), data = d, ties = "exact")
  strat <- coxph(Surv(entry, time, event) ~ factor(group) + strata(stratum), data = d, ties = "exact")
  chisq <- c(fit$score, strat$score)
  line('"entered":"', name, '","chisq":', list_of(chisq), ',"p":', list_of(pchisq(chisq, length(coef(fit)), lower.tail = FALSE)))
}

everything <- function(name, d) {
  table_of(name, d)
  whole <- is.null(d$weights) || all(d$weights == floor(d$weights))
  for (stype in 1:2) for (ctype in 1:2) curve(name, d, stype, ctype, c("log", "log-log")[ctype], FALSE)
  curve(name, d, 1, 1, "plain", FALSE)
  curve(name, d, 1, 1, "log", TRUE)
  if (length(d$time) < 1000) {
    curve(name, d, 2, 1, "log-log", TRUE)
    curve(name, d, 2, 2, "plain", TRUE)
  }
  later <- as.vector(quantile(d$time, 0.7))
  for (until in c(NA, later)) concordant(name, d, "n", until)
  if (is.null(d$entry)) for (until in c(NA, later)) concordant(name, d, "n/G2", until)
  if (!is.null(d$entry) && is.null(d$weights)) entered(name, d)
  if (is.null(d$entry) && is.null(d$weights)) for (rho in c(0, 1, 0.5)) for (strata in c(FALSE, TRUE)) test_of(name, d, rho, strata)
}

vet <- veteran
everything("veteran", list(time = vet$time, event = vet$status, risk = -vet$karno, risk2 = vet$age, group = as.integer(vet$celltype), stratum = vet$trt))
lung2 <- lung[complete.cases(lung[, c("ph.ecog", "ph.karno")]), ]
everything("lung", list(time = lung2$time, event = lung2$status - 1, risk = lung2$ph.ecog, risk2 = -lung2$ph.karno, group = lung2$ph.ecog + 1, stratum = lung2$sex))
everything("pbc", list(time = pbc$time, event = as.integer(pbc$status == 2), risk = log(pbc$bili), risk2 = pbc$age, group = pbc$stage * 0 + pbc$stage, stratum = as.integer(pbc$sex)) |>
  (function(d) lapply(d, function(v) v[!is.na(pbc$stage)]))())
death <- colon[colon$etype == 2 & !is.na(colon$nodes), ]
everything("colon", list(time = death$time, event = death$status, risk = death$nodes, risk2 = death$age, group = as.integer(death$rx), stratum = death$differ * 0 + death$sex) |>
  (function(d) lapply(d, function(v) v[!is.na(death$differ)]))())

# Random tables full of ties; with weights that are whole and that are not, with entry, with both; with times of 0.
random <- function(n, kinds, weights = NULL, entry = FALSE, zero = FALSE) {
  time <- sample(kinds, n, TRUE) / 4 + if (zero) -0.25 else 0
  d <- list(time = time, event = rbinom(n, 1, 0.6), risk = sample(8, n, TRUE) / 2, risk2 = rnorm(n), group = sample(3, n, TRUE), stratum = sample(2, n, TRUE))
  if (!is.null(weights)) d$weights <- if (weights == "whole") as.double(sample(3, n, TRUE)) else runif(n, 0.1, 3)
  if (entry) d$entry <- pmax(0, time - sample(kinds, n, TRUE) / 4 - 0.25 * rbinom(n, 1, 0.5) - 0.125)
  d
}
everything("ties", random(60, 12))
everything("zero", random(40, 15, zero = TRUE))
everything("few", random(9, 5))
everything("whole", random(70, 20, "whole"))
everything("weights", random(80, 25, "real"))
everything("entry", random(80, 30, entry = TRUE))
everything("entry, weights", random(90, 40, "real", entry = TRUE))
everything("fine", random(150, 4000))
everything("fine, weights", random(120, 4000, "real"))
everything("fine, entry", random(120, 2000, entry = TRUE))
close(out)
