# Time-dependent ROC, concordance probability and their comparisons by R packages.
#
#     Rscript reference/time_roc.R SHARED LIBRARY crates/eval/tests/golden/time_roc.jsonl.gz
#
# SHARED: a folder with goldens.json (timeROC's section) and the tables pbc.csv, veteran.csv, lung.csv it was made of; its values are
# copied as rows "shared". LIBRARY: timeROC 0.4.1, risksetROC, clinfun and survAUC built from their public repositories (owner cran on
# GitHub); riskRegression and survival are Debian's.

arguments <- commandArgs(TRUE)
.libPaths(c(arguments[2], .libPaths()))
suppressMessages({library(survival); library(jsonlite); library(timeROC); library(riskRegression); library(risksetROC); library(clinfun); library(survAUC); library(prodlim)})
out <- gzfile(arguments[3], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), ifelse(v > 0, '"inf"', '"-inf"')))
list_of <- function(v) if (is.null(v)) "null" else sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
packages <- c("survival", "timeROC", "pec", "mvtnorm", "riskRegression", "risksetROC", "clinfun", "survAUC")
line('"made_by":"time_roc.R","versions":"', R.version.string, ", ", paste(packages, sapply(packages, function(p) as.character(packageVersion(p))), collapse = ", "), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(81)

shared <- fromJSON(file.path(arguments[1], "goldens.json"))
csv <- function(name) read.csv(file.path(arguments[1], paste0(name, ".csv")))
pbc <- csv("pbc"); veteran <- csv("veteran"); lung <- csv("lung")
simulated <- function(n, whole, censoring) {
  a <- rnorm(n); b <- rnorm(n)
  t <- rexp(n, 0.1 * exp(0.8 * a + 0.3 * b)); c <- rexp(n, censoring * exp(0.4 * b))
  d <- list(time = pmin(t, c), event = as.integer(t <= c), a = a, b = b)
  if (whole) d <- list(time = ceiling(d$time), event = d$event, a = round(2 * a), b = round(3 * b))
  d
}
tables <- list(
  pbc = list(time = pbc$time, event = pbc$status, a = pbc$bili, b = -pbc$albumin, times = c(12, 36, 60)),
  veteran = list(time = veteran$time, event = veteran$status, a = -veteran$karno, b = veteran$age, times = c(90, 180, 365)),
  lung = list(time = lung$time, event = lung$status, a = lung$age, b = -lung$ph.karno, times = c(180, 365, 540)),
  smooth = c(simulated(180, FALSE, 0.06), list(times = c(2, 6, 11.5))),
  tied = c(simulated(160, TRUE, 0.06), list(times = c(2, 5, 9))),
  uncensored = c(simulated(70, FALSE, 1e-9), list(times = c(3, 9))),
  heavy = c(simulated(140, TRUE, 0.25), list(times = c(1.5, 3, 6))))

roc_row <- function(name, d, marker, m) {
  r <- timeROC(d$time, d$event, m, cause = 1, times = d$times, iid = TRUE, ROC = TRUE)
  last <- length(d$times)
  iid <- r$inference$mat_iid_rep_1[, last]
  line('"roc":"', name, '","marker":"', marker, '","times":', list_of(d$times), ',"auc":', list_of(r$AUC), ',"se":', list_of(r$inference$vect_sd_1),
    ',"stats":', list_of(t(r$Stats)), ',"tp":', list_of(r$TP[, last]), ',"fp":', list_of(r$FP[, last]), ',"order":', list_of(order(d$time) - 1), ',"iid":', list_of(iid))
  r
}
cut_row <- function(name, d, marker, m) {
  cut <- as.vector(quantile(m, 0.6, type = 1))
  s <- SeSpPPVNPV(cut, d$time, d$event, m, cause = 1, times = d$times, iid = TRUE)
  line('"cut":"', name, '","marker":"', marker, '","value":', number(cut), ',"times":', list_of(d$times), ',"se":', list_of(s$TP), ',"sp":', list_of(1 - s$FP), ',"ppv":', list_of(s$PPV), ',"npv":', list_of(s$NPV),
    ',"se_se":', list_of(s$inference$vect_se_Se), ',"sp_se":', list_of(s$inference$vect_se_Sp1), ',"ppv_se":', list_of(s$inference$vect_se_PPV), ',"npv_se":', list_of(s$inference$vect_se_NPV1),
    ',"stats":', list_of(t(s$Stats)))
}
score_row <- function(name, d, marker, m, censoring) {
  # Risks from the marker, as Score wants probabilities; only their order counts.
  frame <- data.frame(time = d$time, event = d$event, a = d$a, b = d$b)
  risk <- plogis(as.vector(scale(m)))
  formula <- if (censoring == "km") Hist(time, event) ~ 1 else Hist(time, event) ~ a + b
  s <- Score(list(m = matrix(rep(risk, length(d$times)), ncol = length(d$times))), formula, data = frame, times = d$times, metrics = "auc", se.fit = TRUE, conf.int = 0.95,
    cens.model = if (censoring == "km") "km" else "cox", conservative = FALSE, null.model = FALSE)$AUC$score
  line('"score":"', name, '","marker":"', marker, '","censoring":"', censoring, '","times":', list_of(d$times), ',"auc":', list_of(s$AUC), ',"se":', list_of(s$se))
}
incident_row <- function(name, d, marker, m) {
  events <- sort(unique(d$time[d$event == 1]))
  tmax <- max(d$times)
  r <- risksetAUC(d$time, status = d$event, marker = m, tmax = tmax, plot = FALSE)
  conditional <- risksetAUC(d$time, status = d$event, marker = m, tmax = tmax, weight = "conditional", plot = FALSE)
  keep <- unique(round(seq(1, sum(events <= tmax), length.out = 12)))
  line('"incident":"', name, '","marker":"', marker, '","tmax":', number(tmax), ',"place":', list_of(keep - 1), ',"time":', list_of(r$utimes[keep]), ',"auc":', list_of(r$AUC[keep]),
    ',"rescaled":', number(r$Cindex), ',"conditional":', number(conditional$Cindex))
}
gonen_heller_row <- function(name, d, marker, m) {
  fit <- coxph(Surv(d$time, d$event) ~ m, x = TRUE)
  k <- coxphCPE(fit)
  tied <- coxphCPE(fit, out.ties = TRUE)
  line('"gonen_heller":"', name, '","marker":"', marker, '","cpe":', number(k["CPE"]), ',"smooth":', number(k["smooth.CPE"]), ',"se":', number(k["se.CPE"]),
    ',"cpe_ties_out":', number(tied["CPE"]), ',"se_ties_out":', number(tied["se.CPE"]), ',"ghci":', number(GHCI(fit$linear.predictors)), ',"beta":', number(coef(fit)))
}

# timeROC's definition with Cox weights, by pairs.
cox_weighted <- function(d, m, x) {
  fit <- coxph(Surv(d$time, 1 - d$event) ~ x, control = coxph.control(eps = 1e-15, toler.chol = 1e-16, iter.max = 100), timefix = FALSE)
  base <- basehaz(fit)
  hazard <- stepfun(base$time, c(0, base$hazard))
  factor <- exp(fit$linear.predictors)
  before <- sapply(d$time, function(t) hazard(t - 1e-9 * max(t, 1)))
  sapply(d$times, function(t) {
    case <- which(d$time < t & d$event == 1); control <- which(d$time > t)
    w <- exp(before[case] * factor[case]); v <- exp(hazard(t) * factor[control])
    k <- outer(m[case], m[control], function(a, b) (a > b) + 0.5 * (a == b))
    sum(w * (k %*% v)) / sum(w) / sum(v)
  })
}

for (name in names(tables)) {
  d <- tables[[name]]
  line('"table":"', name, '","time":', list_of(d$time), ',"event":', list_of(d$event), ',"a":', list_of(d$a), ',"b":', list_of(d$b))
  a <- roc_row(name, d, "a", d$a)
  b <- roc_row(name, d, "b", d$b)
  adjusted <- compare(a, b, adjusted = TRUE)
  # The same probabilities by Miwa's numerical integration: timeROC's are by random lattices, right to about 1e-5.
  z <- qnorm(adjusted$p_values_AUC[1, ] / 2, lower.tail = FALSE)
  miwa <- sapply(z, function(a) 1 - mvtnorm::pmvnorm(rep(-a, length(z)), rep(a, length(z)), corr = adjusted$Cor, algorithm = mvtnorm::Miwa(steps = 512)))
  line('"compare":"', name, '","p":', list_of(adjusted$p_values_AUC[1, ]), ',"adjusted":', list_of(adjusted$p_values_AUC[2, ]), ',"miwa":', list_of(miwa))
  for (timewt in c("n", "n/G2")) {
    until <- if (timewt == "n") NULL else max(d$times)
    of <- function(m) concordancefit(Surv(d$time, d$event), m, ymax = until, timewt = timewt, influence = 1, reverse = TRUE, timefix = FALSE)
    one <- of(d$a); two <- of(d$b)
    difference <- one$concordance - two$concordance; se <- sqrt(sum((one$dfbeta - two$dfbeta)^2))
    line('"concordance":"', name, '","timewt":"', timewt, '","until":', if (is.null(until)) "null" else number(until), ',"c":', list_of(c(one$concordance, two$concordance)), ',"se":', list_of(sqrt(c(one$var, two$var))),
      ',"compared":', list_of(c(sum(one$count[1:3]), sum(two$count[1:3]))), ',"difference":', number(difference), ',"difference_se":', number(se), ',"p":', number(2 * pnorm(-abs(difference / se))))
  }
  for (marker in c("a", "b")) {
    m <- d[[marker]]
    cut_row(name, d, marker, m)
    score_row(name, d, marker, m, "km")
    incident_row(name, d, marker, m)
    gonen_heller_row(name, d, marker, m)
    if (name != "uncensored") {
      # Weights of the same model, fitted until nothing changes: cph in pec and riskRegression stops at a change of 1e-6.
      tight <- cox_weighted(d, m, cbind(d$a, d$b))
      line('"tight":"', name, '","marker":"', marker, '","times":', list_of(d$times), ',"auc":', list_of(tight))
      score_row(name, d, marker, m, "cox")
      alone <- timeROC(d$time, d$event, m, cause = 1, weighting = "cox", times = d$times)
      other <- if (marker == "a") d$b else d$a
      both <- timeROC(d$time, d$event, m, other_markers = as.matrix(other), cause = 1, weighting = "cox", times = d$times)
      line('"cox":"', name, '","marker":"', marker, '","times":', list_of(d$times), ',"alone":', list_of(alone$AUC), ',"both":', list_of(both$AUC))
    }
  }
}

# The quantile of bands, of many draws.
for (name in c("pbc", "smooth")) {
  d <- tables[[name]]
  band <- confint(timeROC(d$time, d$event, d$a, cause = 1, times = d$times, iid = TRUE), n.sim = 40000)
  line('"band":"', name, '","marker":"a","times":', list_of(d$times), ',"quantile":', number(band$C.alpha))
}

markers <- list(pbc_bili = c("pbc", "a"), pbc_minus_albumin = c("pbc", "b"), veteran_minus_karno = c("veteran", "a"), lung_age = c("lung", "a"))
for (name in names(markers)) {
  s <- shared$timeROC[[name]]
  line('"shared":"', markers[[name]][1], '","marker":"', markers[[name]][2], '","times":', list_of(s$times), ',"auc":', list_of(s$auc), ',"se":', list_of(s$se), ',"percent":', list_of(t(s$ci95_percent)),
    ',"tp":', list_of(s$roc_last$tp), ',"fp":', list_of(s$roc_last$fp))
}
line('"shared_compare":"pbc","p":', list_of(shared$timeROC_compare_bili_albumin_p))
close(out)
