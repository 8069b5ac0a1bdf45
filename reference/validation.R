# Bootstrap validation of Cox models: rms::validate, and the .632+ bootstrap of pec, with the samples they drew; location-shifted limits;
# the corrected resampled t-test of correctR.
#
#     Rscript reference/validation.R crates/survival/tests/golden/validation.jsonl.gz LIBRARY
#
# LIBRARY has correctR 0.3.1 (github.com/cran/correctR). validate.cph fits with eps 1e-4, here with 1e-11, so that two programs can be
# compared beyond that.

arguments <- commandArgs(TRUE)
suppressMessages({ library(rms); library(pec); library(survival); library(correctR, lib.loc = arguments[2]) })
out <- gzfile(arguments[1], "wb")
list_of <- function(v) sprintf("[%s]", paste(sprintf("%.17g", as.vector(v)), collapse = ","))
columns_of <- function(m) sprintf("[%s]", paste(apply(as.matrix(m), 2, list_of), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
versions <- sapply(c("rms", "pec", "survival", "correctR"), function(p) paste(p, packageVersion(p, lib.loc = if (p == "correctR") arguments[2])))
line('"made_by":"validation.R","versions":"', paste(c(R.version.string, versions), collapse = ", "), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

# validate.cph's fitter, to the last digits.
fitter <- rms::coxphFit
assignInNamespace("coxphFit", function(..., eps, iter.max) fitter(..., eps = 1e-11, iter.max = if (iter.max == 0) 0 else 100), "rms")

v <- with(veteran, data.frame(time = time, event = status, trt = trt, karno = karno, age = age, prior = prior, diagtime = diagtime))
l <- with(lung, data.frame(time = time, event = status - 1, age = age, sex = sex, ph.ecog = ph.ecog, ph.karno = ph.karno, wt.loss = wt.loss))
l <- l[complete.cases(l), ]
set.seed(11)
noise <- data.frame(time = ceiling(rexp(80, 0.05)), event = rbinom(80, 1, 0.7), round(matrix(rnorm(80 * 8), 80), 4))
names(noise) <- c("time", "event", paste0("x", 1:8))
sets <- list(veteran = v, lung = l, noise = noise)
for (name in names(sets)) {
  d <- sets[[name]]
  x <- setdiff(names(d), c("time", "event"))
  for (ties in c("efron", "breslow")) {
    fit <- cph(as.formula(paste("Surv(time, event) ~", paste(x, collapse = "+"))), d, x = TRUE, y = TRUE, method = ties, eps = 1e-11)
    B <- 40
    set.seed(5)
    found <- validate(fit, B = B)
    set.seed(5)
    samples <- replicate(B, sample(nrow(d), replace = TRUE))
    # The same once more with its samples, to have the value of each: Dxy on the sample, on all, and out of bag.
    formula <- formula(fit)
    dxy <- function(lp, rows) 2 * (concordance(Surv(d$time, d$event)[rows] ~ lp[rows], reverse = TRUE)$concordance - 0.5)
    each <- apply(samples, 2, function(rows) {
      m <- coxph(Surv(time, event) ~ ., d[rows, ], ties = ties, control = coxph.control(eps = 1e-11, iter.max = 100))
      lp <- as.vector(as.matrix(d[x]) %*% coef(m))
      c(dxy(lp, rows), dxy(lp, seq_len(nrow(d))), dxy(lp, setdiff(seq_len(nrow(d)), rows)))
    })
    stopifnot(all.equal(unname(rowMeans(each)[1:2]), unname(found["Dxy", c("training", "test")]), tolerance = 1e-12))
    # boot's quantiles at the rank (B + 1) p, shifted by the optimism (Noma et al. 2021).
    q <- boot:::norm.inter(each[1, ], c(0.025, 0.975))[, 2]
    line('"kind":"rms","name":"', name, '","ties":"', ties, '","time":', list_of(d$time), ',"event":', list_of(d$event), ',"columns":', columns_of(d[x]),
      ',"samples":', columns_of(samples - 1), ',"dxy":', list_of(found["Dxy", 1:5]), ',"slope":', list_of(found["Slope", 1:5]),
      ',"out_of_bag":', list_of(each[3, ]), ',"limits":', list_of(q - found["Dxy", "optimism"]))
  }
}

# .632+ of the Brier score; censoring weights of the cases that are measured. Times are made unique, since pec sorts the cases.
pec_cases <- function(name, d, x, at, B) {
  set.seed(3)
  d$time <- d$time + sample(nrow(d)) / (2 * nrow(d))
  d <- d[order(d$time), ]
  rownames(d) <- NULL
  # The formula itself in its call, which pec evaluates elsewhere.
  formula <- as.formula(paste("Surv(time, event) ~", paste(x, collapse = "+")))
  fit <- do.call(coxph, list(formula, d, x = TRUE, y = TRUE, ties = "breslow", control = coxph.control(eps = 1e-11, iter.max = 100)))
  set.seed(7)
  p <- pec(list(cox = fit), Surv(time, event) ~ 1, d, times = at, exact = FALSE, start = min(at), cens.model = "marginal", ipcw.refit = TRUE, splitMethod = "Boot632plus", B = B,
    keep.index = TRUE, keep.matrix = TRUE, reference = FALSE, verbose = FALSE)
  k <- match(at, p$time)
  stopifnot(!any(is.na(k)))
  index <- p$splitMethod$index
  stopifnot(is.matrix(index), !anyNA(p$BootCvErr$cox[k]))
  line('"kind":"pec","name":"', name, '","time":', list_of(d$time), ',"event":', list_of(d$event), ',"columns":', columns_of(d[x]), ',"samples":', columns_of(index - 1),
    ',"at":', list_of(at), ',"apparent":', list_of(p$AppErr$cox[k]), ',"out_of_bag":', list_of(p$BootCvErr$cox[k]), ',"no_information":', list_of(p$NoInfErr$cox[k]),
    ',"plus":', list_of(p$Boot632plusErr$cox[k]))
}
pec_cases("veteran", v, c("trt", "karno", "age", "prior", "diagtime"), c(60, 120, 240), 30)
pec_cases("lung", l, c("age", "sex", "ph.ecog", "ph.karno", "wt.loss"), c(180, 365), 30)
pec_cases("noise", noise, paste0("x", 1:8), c(5, 15), 30)

# The corrected test: random splits, and repeated folds; limits by its standard error.
set.seed(21)
for (k in c(3, 5, 10)) for (r in c(1, 4)) {
  a <- round(0.7 + rnorm(k * r, 0, 0.05), 4)
  b <- round(a - 0.02 + rnorm(k * r, 0, 0.03), 4)
  n <- 150
  n2 <- n / k
  n1 <- n - n2
  split <- resampled_ttest(a, b, k * r, n1, n2)
  data <- data.frame(model = rep(c("a", "b"), each = k * r), values = c(a, b), k = rep(rep(1:k, r), 2), r = rep(rep(1:r, each = k), 2))
  folds <- repkfold_ttest(data, n1, n2, k, r)
  stopifnot(all.equal(split$statistic, folds$statistic), all.equal(split$p.value, folds$p.value))
  se <- mean(a - b) / split$statistic
  line('"kind":"correctR","first":', list_of(a), ',"second":', list_of(b), ',"ratio":', sprintf("%.17g", n2 / n1), ',"t":', sprintf("%.17g", split$statistic),
    ',"p":', sprintf("%.17g", split$p.value), ',"limits":', list_of(mean(a - b) + c(-1, 1) * qt(0.975, k * r - 1) * abs(se)))
}
# All pairs of five models, adjusted by Holm's method.
m <- matrix(round(0.7 + rnorm(50, 0, 0.05) + rep(c(0, 0.01, 0.05, 0.1, 0.02), each = 10), 4), 10)
pairs <- combn(5, 2)
p <- apply(pairs, 2, function(ij) suppressMessages(resampled_ttest(m[, ij[1]], m[, ij[2]], 10, 90, 10)$p.value))
line('"kind":"pairs","values":', columns_of(m), ',"ratio":', sprintf("%.17g", 1 / 9), ',"p":', list_of(p), ',"adjusted":', list_of(p.adjust(p, "holm")),
  ',"ranks":', list_of(colMeans(t(apply(-m, 1, rank)))))
close(out)
