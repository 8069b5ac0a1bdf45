# Risk groups of R's survival: survdiff, survfit, coxph of groups; cuts of survminer applied to other cases.
#
#     Rscript reference/risk_groups.R crates/eval/tests/golden/risk_groups.jsonl.gz

suppressMessages({library(survival); library(survminer)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
rows_of <- function(m) sprintf("[%s]", paste(apply(as.matrix(m), 1, list_of), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"risk_groups.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', survminer ', packageVersion("survminer"), '"')

groups <- function(name, time, event, score, cuts, times, conf = 0.95) {
  d <- data.frame(time, event, g = findInterval(score, cuts, left.open = TRUE))
  test <- survdiff(Surv(time, event) ~ g, data = d)
  trend <- coxph(Surv(time, event) ~ g, data = d, ties = "exact")$score
  fit <- survfit(Surv(time, event) ~ g, data = d, conf.int = conf)
  cox <- summary(coxph(Surv(time, event) ~ factor(g), data = d), conf.int = conf)
  q <- quantile(fit, 0.5)
  s <- summary(fit, times = times, extend = TRUE)
  line('"groups":"', name, '","time":', list_of(time), ',"event":', list_of(event), ',"score":', list_of(score), ',"cuts":', list_of(cuts), ',"times":', list_of(times), ',"confidence":', number(conf),
    ',"cases":', list_of(table(d$g)), ',"events":', list_of(tapply(d$event, d$g, sum)), ',"chisq":', number(test$chisq), ',"p":', number(test$pvalue), ',"trend":', number(trend),
    ',"hr":', rows_of(cox$conf.int[, c(1, 3, 4), drop = FALSE]), ',"hr_p":', list_of(cox$coefficients[, 5]),
    ',"median":', list_of(q$quantile), ',"median_lower":', list_of(q$lower), ',"median_upper":', list_of(q$upper),
    ',"survival":', list_of(s$surv), ',"lower":', list_of(s$lower), ',"upper":', list_of(s$upper), ',"at_risk":', list_of(s$n.risk), ',"last":', list_of(tapply(d$time, d$g, max)))
}
vet <- veteran
groups("karno", vet$time, vet$status, -vet$karno, c(-70, -40), c(30, 90, 365))
groups("veteran age", vet$time, vet$status, vet$age, 60, c(60, 180), 0.9)
pbc2 <- pbc[!is.na(pbc$stage), ]
groups("bili", pbc2$time, as.integer(pbc2$status == 2), pbc2$bili, c(1, 1.9, 5), c(1000, 2000, 3650))
lung2 <- lung[complete.cases(lung[, c("ph.ecog", "age")]), ]
groups("ecog", lung2$time, lung2$status - 1, lung2$ph.ecog, c(0, 1), c(100, 300, 600))

# A cut of one half of the cases, applied to the other.
cut <- function(name, time, event, x, minprop) {
  d <- data.frame(time, event, x)
  half <- seq_len(nrow(d)) %% 2 == 1
  found <- surv_cutpoint(d[half, ], "time", "event", "x", minprop = minprop, progressbar = FALSE)
  high <- d$x[!half] > found$cutpoint[1, 1]
  line('"cutpoint":"', name, '","time":', list_of(time), ',"event":', list_of(event), ',"x":', list_of(x), ',"minprop":', number(minprop),
    ',"cut":', number(found$cutpoint[1, 1]), ',"statistic":', number(found$cutpoint[1, 2]), ',"high":', list_of(as.integer(high)))
}
cut("karno", vet$time, vet$status, vet$karno, 0.1)
cut("bili", pbc2$time, as.integer(pbc2$status == 2), pbc2$bili, 0.1)
cut("platelet", pbc2$time, as.integer(pbc2$status == 2), pbc2$platelet, 0.25)
close(out)
