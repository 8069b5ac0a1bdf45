# The evaluation of two Cox models of LUNG1 on the patients of HN1, by the packages that the measures are compared with.
#
#     Rscript reference/real_evaluation.R DATA crates/eval/tests/golden/real_evaluation.jsonl.gz LIBRARIES SURVIDINRI modules-smd.R
#
# DATA: the folder with tables/ (LUNG1 and HN1). LIBRARIES: libraries, separated by colons, with timeROC 0.4.1, clinfun 1.1.5, dcurves 0.5.1 and
# nricens 1.6 (R CMD INSTALL of github.com/cran/...). SURVIDINRI: the sources of survIDINRI 1.1-2, and modules-smd.R of tableone 0.13.2, of which
# functions are taken as they are, as in benefit.R and table_one.R. Others are Debian's. Nothing of a single patient is written: coefficients, baseline
# hazards, and measures of all or of groups. The test predicts HN1 from its table with these.

arguments <- commandArgs(TRUE)
.libPaths(c(strsplit(arguments[3], ":")[[1]], .libPaths()))
suppressMessages({library(survival); library(rms); library(riskRegression); library(timeROC); library(clinfun); library(dcurves); library(nricens); library(survminer); library(maxstat)})
sys.source(file.path(arguments[4], "R/FUN-IDI-ver017.R"), environment())
unoecdf <- function(cc, pdiff, wt) list(OUTECDF = sapply(cc, function(cut) sum(wt[pdiff > cut]) / sum(wt)))
source(arguments[5])
out <- gzfile(arguments[2], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
text_of <- function(v) sprintf("[%s]", paste(sprintf('"%s"', v), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
quietly <- function(e) { sink(nullfile()); on.exit(sink()); suppressMessages(e) }
packages <- c("survival", "rms", "riskRegression", "timeROC", "clinfun", "dcurves", "nricens", "survminer", "maxstat")
line('"made_by":"real_evaluation.R","versions":"', R.version.string, ", ", paste(packages, sapply(packages, function(p) as.character(packageVersion(p))), collapse = ", "), ', survIDINRI 1.1-2, tableone 0.13.2"')

centre <- function(features, clinical, id, time, event) {
  x <- read.csv(file.path(arguments[1], "tables", features), check.names = FALSE)
  d <- read.csv(file.path(arguments[1], "tables", clinical))
  d <- d[match(x[[1]], d[[id]]), ]
  list(x = x, clinical = d, time = d[[time]], event = d[[event]])
}
lung1 <- centre("lung1_rdr_features.csv.gz", "lung1_clinical.csv", "PatientID", "Survival.time", "deadstatus.event")
hn1 <- centre("hn1_rdr_features.csv.gz", "hn1_clinical.csv", "id", "overall_survival_in_days", "event_overall_survival")
# One, three, five and ten years: of HN1 hardly anybody is censored before five.
times <- c(365, 1095, 1825, 3650)
line('"cases":', list_of(c(nrow(lung1$x), nrow(hn1$x))), ',"events":', list_of(c(sum(lung1$event), sum(hn1$event))), ',"times":', list_of(times))

# The volume alone, and the four kinds of features of Aerts and others (2014): size, shape, texture, texture of a wavelet.
logarithm <- c("MeshVolume.original", "Energy.original", "GrayLevelNonUniformity.original", "GrayLevelNonUniformity.wavelet.HLH")
column <- function(d, name) if (name %in% logarithm) log(d$x[[name]]) else d$x[[name]]
models <- list(volume = "MeshVolume.original", signature = c("Energy.original", "Sphericity.original", "GrayLevelNonUniformity.original", "GrayLevelNonUniformity.wavelet.HLH"))
predict_all <- function(name) {
  features <- models[[name]]
  design <- sapply(features, function(f) column(lung1, f))
  fit <- coxph(Surv(lung1$time, lung1$event) ~ design, eps = 1e-14, iter.max = 60)
  beta <- unname(coef(fit)); mean <- unname(fit$means)
  base <- basehaz(fit)
  hazard <- sapply(times, function(t) max(base$hazard[base$time <= t]))
  # In the order in which the test adds.
  predictor <- function(d) { s <- 0; for (j in seq_along(features)) s <- s + (column(d, features[j]) - mean[j]) * beta[j]; s }
  line('"model":"', name, '","features":', text_of(features), ',"log":[', paste(ifelse(features %in% logarithm, "true", "false"), collapse = ","), '],"beta":', list_of(beta), ',"mean":', list_of(mean), ',"hazard":', list_of(hazard))
  eta <- predictor(hn1)
  list(train = predictor(lung1), eta = eta, p = sapply(hazard, function(h) 1 - exp(-h * exp(eta))))
}
volume <- predict_all("volume")
signature <- predict_all("signature")
time <- hn1$time; event <- hn1$event; y <- Surv(time, event)

# Discrimination.
rocs <- lapply(list(volume = volume, signature = signature), function(m) timeROC(time, event, m$eta, cause = 1, times = times, iid = TRUE))
difference <- compare(rocs$signature, rocs$volume)
for (name in names(rocs)) {
  r <- rocs[[name]]; m <- get(name)
  line('"roc":"', name, '","auc":', list_of(r$AUC), ',"se":', list_of(r$inference$vect_sd_1), ',"stats":', list_of(t(r$Stats[, c(1, 3, 2)])))
  for (timewt in c("n", "n/G2")) {
    until <- if (timewt == "n") NULL else max(times)
    k <- concordancefit(y, m$eta, ymax = until, timewt = timewt, reverse = TRUE, timefix = FALSE)
    line('"concordance":"', name, '","timewt":"', timewt, '","c":', number(k$concordance), ',"se":', number(sqrt(k$var)))
  }
  eta <- m$eta
  fit <- coxph(y ~ eta, eps = 1e-13, iter.max = 60)
  k <- coxphCPE(fit)
  line('"gonen_heller":"', name, '","cpe":', number(k["CPE"]), ',"se":', number(k["se.CPE"]))
  line('"slope":"', name, '","estimate":', number(coef(fit)), ',"se":', number(sqrt(vcov(fit)[1, 1])))
}
line('"roc_difference":"signature","p":', list_of(difference$p_values_AUC))

# Brier scores and IPA.
hn <- data.frame(time, event)
found <- Score(list(volume = volume$p, signature = signature$p), Surv(time, event) ~ 1, data = hn, times = times, metrics = "brier", summary = "ipa", cens.model = "km", se.fit = TRUE, conf.int = TRUE, null.model = TRUE, contrasts = TRUE)
s <- as.data.frame(found$Brier$score); k <- as.data.frame(found$Brier$contrasts)
for (name in names(rocs)) {
  of <- function(c) list_of(s[s$model == name, c])
  line('"brier":"', name, '","score":', of("Brier"), ',"se":', of("se"), ',"lower":', of("lower"), ',"upper":', of("upper"), ',"null":', list_of(s[s$model == "Null model", "Brier"]), ',"ipa":', of("IPA"))
}
k <- k[k$model == "signature" & k$reference == "volume", ]
line('"brier_difference":"signature","difference":', list_of(k$delta.Brier), ',"se":', list_of(k$se), ',"p":', list_of(k$p))

# Calibration, at each time.
for (name in names(rocs)) for (at in seq_along(times)) {
  p <- get(name)$p[, at]; t <- times[at]
  z <- groupkm(1 - p, y, g = 4, u = t)
  d <- qnorm(0.975) * z[, "std.err"]
  line('"groups":"', name, '","at":', t, ',"predicted":', list_of(1 - z[, "x"]), ',"cases":', list_of(z[, "n"]), ',"observed":', list_of(1 - z[, "KM"]), ',"lower":', list_of(1 - pmin(1, z[, "KM"] * exp(d))), ',"upper":', list_of(1 - z[, "KM"] * exp(-d)))
  cll <- log(-log(1 - p))
  dd <- datadist(cll); options(datadist = "dd")
  fit <- cph(y ~ rcs(cll, 3), x = TRUE, y = TRUE, surv = TRUE, eps = 1e-13, iter.max = 60)
  observed <- as.vector(1 - survest(fit, newdata = data.frame(cll), times = t, se.fit = FALSE)$surv)
  distance <- abs(observed - p)
  line('"smooth":"', name, '","at":', t, ',"ici":', number(mean(distance)), ',"e50":', number(median(distance)), ',"e90":', number(quantile(distance, 0.9)), ',"emax":', number(max(distance)))
  km <- summary(survfit(y ~ 1), times = t); f <- 1 - km$surv
  line('"large":"', name, '","at":', t, ',"observed":', number(f), ',"observed_se":', number(km$std.err), ',"expected":', number(mean(p)), ',"ratio":', number(f / mean(p)), ',"limits":', list_of(f / mean(p) * exp(c(-1, 1) * qnorm(0.975) * km$std.err / f)))
}

# Benefit and reclassification at five and ten years.
for (at in 3:4) {
  t <- times[at]
  hn$volume <- volume$p[, at]; hn$signature <- signature$p[, at]
  thresholds <- (20 + 5 * 0:13) / 100
  r <- suppressWarnings(net_intervention_avoided(dca(Surv(time, event) ~ volume + signature, data = hn, thresholds = thresholds, time = t)))$dca
  for (name in c("volume", "signature", "all")) {
    m <- r[r$variable == name, ]
    line('"dcurves":"', name, '","at":', t, ',"thresholds":', list_of(thresholds), ',"net_benefit":', list_of(m$net_benefit), ',"avoided":', list_of(m$net_intervention_avoided))
  }
  for (method in c("km", "ipw")) for (updown in c("category", "diff")) {
    cut <- if (updown == "category") median(hn$volume) else 0
    r <- quietly(nricens(time = time, event = event, p.std = hn$volume, p.new = hn$signature, t0 = t, updown = updown, cut = cut, point.method = method, niter = 0, msg = FALSE))
    line('"nricens":"', method, '","at":', t, ',"updown":"', updown, '","cut":', number(cut), ',"values":', list_of(r$nri$Estimate))
  }
  w <- WGT.FUN(cbind(time, event), t)
  r <- IDI.FUN(cbind(time, event), t, hn$signature, hn$volume)
  case <- time < t & event == 1
  means <- c(sum((w * (hn$signature - hn$volume))[case]) / sum(w[case]), mean((hn$signature - hn$volume)[time >= t]))
  line('"survIDINRI":"signature","at":', t, ',"grid_idi":', number(r$IDI), ',"above":', list_of(c(r$TXI, r$TXI_D1, r$TXI_D0)), ',"means":', list_of(means))
}

# A cut of LUNG1, and the groups that it makes of HN1.
train <- data.frame(time = lung1$time, event = lung1$event, eta = signature$train)
found <- surv_cutpoint(train, "time", "event", "eta", minprop = 0.1, progressbar = FALSE)
p_of <- function(method) maxstat.test(Surv(time, event) ~ eta, data = train, smethod = "LogRank", pmethod = method, minprop = 0.1, maxprop = 0.9)$p.value
cut <- found$cutpoint[1, 1]
line('"cutpoint":"signature","cut":', number(cut), ',"statistic":', number(found$cutpoint[1, 2]), ',"lau92":', number(p_of("Lau92")), ',"lau94":', number(p_of("Lau94")))
g <- as.integer(signature$eta > cut)
test <- survdiff(y ~ g); cox <- summary(coxph(y ~ g, eps = 1e-13, iter.max = 60)); q <- quantile(survfit(y ~ g), 0.5); s <- summary(survfit(y ~ g), times = times, extend = TRUE)
line('"risk_groups":"signature","cases":', list_of(table(g)), ',"events":', list_of(tapply(event, g, sum)), ',"chisq":', number(test$chisq), ',"hr":', list_of(cox$conf.int[, c(1, 3, 4)]), ',"median":', list_of(q$quantile), ',"survival":', list_of(s$surv), ',"lower":', list_of(s$lower), ',"upper":', list_of(s$upper))

# The patients of both centres.
both <- function(one, other) list(x = c(lung1$clinical[[one]], hn1$clinical[[other]]), g = factor(rep(c("LUNG1", "HN1"), c(nrow(lung1$x), nrow(hn1$x))), levels = c("LUNG1", "HN1")))
age <- both("age", "age_at_diagnosis")
line('"number":"age","columns":["age","age_at_diagnosis"],"missing":', list_of(tapply(is.na(age$x), age$g, sum)), ',"mean":', list_of(tapply(age$x, age$g, mean, na.rm = TRUE)), ',"sd":', list_of(tapply(age$x, age$g, sd, na.rm = TRUE)), ',"p":', number(t.test(age$x ~ age$g)$p.value), ',"smd":', number(StdDiff(age$x, age$g)))
for (pair in list(c("gender", "biological_sex"), c("clinical.T.Stage", "clin_t"), c("Clinical.N.Stage", "clin_n"))) {
  v <- both(pair[1], pair[2]); x <- as.character(v$x); m <- table(v$g, x)
  line('"category":"', pair[2], '","columns":', text_of(pair), ',"levels":', text_of(colnames(m)), ',"counts":', list_of(t(m)), ',"chisq":', number(suppressWarnings(chisq.test(m))$p.value), ',"smd":', number(StdDiffMulti(x, v$g)))
}
close(out)
