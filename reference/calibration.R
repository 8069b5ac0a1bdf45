# Calibration of predicted probabilities: groupkm and calibrate of rms, the smooth curve of Austin, Harrell and van Klaveren (2020), slopes, the Greenwood-Nam-D'Agostino test.
#
#     Rscript reference/calibration.R crates/eval/tests/golden/calibration.jsonl.gz
#
# Predictions are those of Cox models fitted to other cases, some made too extreme. The test is written from Demler, Paynter and Cook (2015) p. 1663.

suppressMessages({library(survival); library(rms)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"calibration.R","versions":"', R.version.string, ', rms ', packageVersion("rms"), ', survival ', packageVersion("survival"), '"')

groups_of <- function(kind, size, survival, y, t, cuts = NULL) {
  z <- if (kind == "count") groupkm(survival, y, g = size, u = t) else if (kind == "size") groupkm(survival, y, m = size, u = t) else groupkm(survival, y, cuts = cuts, u = t)
  d <- qnorm(0.975) * z[, "std.err"]
  cut <- if (kind == "count") cut2(survival, g = size) else if (kind == "size") cut2(survival, m = size) else cut2(survival, cuts)
  until <- tapply(y[, 2] == 1 & y[, 1] <= t, cut, sum)
  line('"groups":"', kind, '","size":', size, ',"predicted":', list_of(z[, "x"]), ',"cases":', list_of(z[, "n"]), ',"events":', list_of(until), ',"survival":', list_of(z[, "KM"]),
    ',"log_se":', list_of(z[, "std.err"]), ',"lower":', list_of(z[, "KM"] * exp(-d)), ',"upper":', list_of(pmin(1, z[, "KM"] * exp(d))))
}

everything <- function(name, time, event, p, t) {
  y <- Surv(time, event)
  line('"case":"', name, '","time":', list_of(time), ',"event":', list_of(event), ',"p":', list_of(p), ',"at":', number(t))
  survival <- 1 - p
  for (g in c(5, 10)) groups_of("count", g, survival, y, t)
  groups_of("size", 50, survival, y, t)
  n <- length(p)
  groups_of("quantiles", 60, survival, y, t, unique(quantile(c(0, 1, survival), seq(0, 1, length = max(1, floor(n / 60)) + 1))))
  cll <- log(-log(1 - p))
  for (k in 3:4) {
    d <<- datadist(cll)
    options(datadist = "d")
    fit <- cph(as.formula(sprintf("y ~ rcs(cll, %d)", k)), x = TRUE, y = TRUE, surv = TRUE, eps = 1e-13, iter.max = 60)
    observed <- as.vector(1 - survest(fit, newdata = data.frame(cll), times = t, se.fit = FALSE)$surv)
    knots <- rcspline.eval(cll, nk = k, knots.only = TRUE)
    plain <- coxph(y ~ x, data = list(y = y, x = rcspline.eval(cll, knots = knots, inclx = TRUE)), eps = 1e-13, iter.max = 60)
    at <- seq(min(p), max(p), length = 7)
    curve <- summary(survfit(plain, newdata = list(x = rcspline.eval(log(-log(1 - at)), knots = knots, inclx = TRUE)), conf.type = "log-log"), times = t)
    distance <- abs(p - observed)
    line('"smooth":', k, ',"knots":', list_of(knots), ',"observed":', list_of(observed), ',"ici":', number(mean(distance)), ',"e50":', number(median(distance)),
      ',"e90":', number(quantile(distance, 0.9)), ',"emax":', number(max(distance)), ',"predicted":', list_of(at), ',"curve":', list_of(1 - curve$surv),
      ',"lower":', list_of(1 - curve$upper), ',"upper":', list_of(1 - curve$lower))
  }
  slope <- coxph(y ~ cll, eps = 1e-13, iter.max = 60)
  b <- unname(coef(slope))
  se <- sqrt(vcov(slope)[1, 1])
  km <- summary(survfit(y ~ 1), times = t)
  f <- 1 - km$surv
  width <- qnorm(0.975) * km$std.err / f
  line('"slope":', number(b), ',"se":', number(se), ',"limits":', list_of(b + c(-1, 1) * qnorm(0.975) * se), ',"p":', number(2 * pnorm(-abs((b - 1) / se))),
    ',"observed":', number(f), ',"observed_se":', number(km$std.err), ',"expected":', number(mean(p)), ',"ratio":', number(f / mean(p)), ',"ratio_limits":', list_of(f / mean(p) * exp(c(-1, 1) * width)))
  for (g in c(4, 8)) {
    group <- as.integer(cut2(survival, g = g))
    part <- sapply(sort(unique(group)), function(i) {
      s <- summary(survfit(y[group == i] ~ 1), times = t, extend = TRUE)
      c(sum(group == i), 1 - s$surv, s$std.err, mean(p[group == i]))
    })
    component <- (part[2, ] - part[4, ])^2 / part[3, ]^2
    line('"gnd":', g, ',"chi_squared":', number(sum(component)), ',"p":', number(pchisq(sum(component), ncol(part) - 1, lower.tail = FALSE)),
      ',"observed":', list_of(part[1, ] * part[2, ]), ',"expected":', list_of(part[1, ] * part[4, ]), ',"component":', list_of(component))
  }
}
risk_at <- function(fit, newdata, t) as.vector(1 - summary(survfit(fit, newdata = newdata, se.fit = FALSE), times = t)$surv)

u <- rotterdam
u$years <- u$dtime / 365.25
train <- u[seq(1, nrow(u), by = 4), ]
test <- u[seq(2, nrow(u), by = 4), ]
fit <- coxph(Surv(years, death) ~ nodes + age + grade + meno, data = train)
p <- risk_at(fit, test, 5)
everything("rotterdam", test$years, test$death, p, 5)
everything("too extreme", test$years, test$death, plogis(2 * qlogis(p) + 0.3), 7.5)
everything("rounded", ceiling(test$years), test$death, pmin(0.99, pmax(0.01, round(p, 2))), 6)
b <- pbc[!is.na(pbc$bili), ]
half <- seq_len(nrow(b)) %% 2 == 0
fit <- coxph(Surv(time, status == 2) ~ log(bili) + age, data = b[half, ])
everything("pbc", b$time[!half], as.integer(b$status[!half] == 2), risk_at(fit, b[!half, ], 1826.25), 1826.25)

# calibrate() of rms for a model of the same cases: its apparent values.
set.seed(1)
d <- datadist(test)
options(datadist = "d")
years <- test$years
fit <- cph(Surv(years, death) ~ nodes + age + grade, data = test, x = TRUE, y = TRUE, surv = TRUE, time.inc = 5)
sink("/dev/null")
found <- calibrate(fit, cmethod = "KM", u = 5, m = 70, B = 5)
sink()
line('"calibrate":"rotterdam","time":', list_of(test$years), ',"event":', list_of(test$death), ',"at":5,"size":70,"p":', list_of(1 - attr(found, "predicted")), ',"predicted":', list_of(found[, "mean.predicted"]),
  ',"survival":', list_of(found[, "KM"]), ',"log_se":', list_of(found[, "std.err"]))
close(out)
