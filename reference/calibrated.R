# Survival curves of a score by a Cox model with the score as its one column:
#   Rscript calibrated.R OUT
# writes OUT/calibrated.jsonl.gz: scores, outcomes, the slope with its error, and curves of new scores, of the survival package's
# data. A slope of 1 is coxph with init = 1 and no iteration.
suppressMessages(library(survival))
out <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")

l <- lung[!is.na(lung$ph.karno) & !is.na(lung$pat.karno), ]
h <- heart[heart$stop > heart$start, ]
cases <- list(
  list(name = "lung", time = l$time, event = l$status - 1, score = -(l$ph.karno + l$pat.karno) / 5),
  list(name = "lung, weights", time = l$time, event = l$status - 1, score = -(l$ph.karno + l$pat.karno) / 5,
       weights = rep(c(0.5, 1, 2, 1.25), length.out = nrow(l))),
  list(name = "lung, ties", time = ceiling(l$time / 60), event = l$status - 1, score = l$age / 20 - l$ph.karno / 40),
  list(name = "heart, late entries", entry = h$start, time = h$stop, event = h$event, score = h$age / 10 - h$year / 5 - 3 * h$surgery),
  # The score is the wrong way round: no slope above 0.
  list(name = "lung, reversed", time = l$time, event = l$status - 1, score = l$ph.karno))
new <- c(-40, -30, -2, 0, 0.7, 60)

rows <- c()
for (case in cases) for (ties in c("efron", "breslow")) for (slope in c("fitted", "one")) {
  if (case$name == "lung, reversed" && slope == "one") next
  d <- data.frame(time = case$time, event = case$event, s = case$score)
  w <- if (is.null(case$weights)) rep(1, nrow(d)) else case$weights
  y <- if (is.null(case$entry)) Surv(d$time, d$event) else Surv(case$entry, d$time, d$event)
  control <- coxph.control(eps = 1e-11, iter.max = if (slope == "one") 0 else 60)
  fit <- suppressWarnings(coxph(y ~ s, data = d, weights = w, ties = ties, init = if (slope == "one") 1 else 0, control = control, robust = FALSE))
  times <- unique(quantile(d$time[d$event == 1], c(0.02, 0.25, 0.5, 0.75, 1), type = 1))
  curve <- function(score) {
    found <- if (coef(fit) > 0) survfit(fit, newdata = data.frame(s = score), se.fit = FALSE)
             else survfit(y ~ 1, weights = w, stype = 2, ctype = if (ties == "efron") 2 else 1)
    num(summary(found, times = times, extend = TRUE)$surv)
  }
  rows <- c(rows, sprintf('{"name":"%s","ties":"%s","slope":"%s","time":%s,"event":%s,"score":%s%s%s,"estimate":%.17g,"se":%.17g,"times":%s,"new":%s,"curves":[%s]}',
    case$name, ties, slope, num(d$time), num(d$event), num(d$s), if (is.null(case$weights)) "" else sprintf(',"weights":%s', num(w)),
    if (is.null(case$entry)) "" else sprintf(',"entry":%s', num(case$entry)), coef(fit), sqrt(fit$var[1, 1]), num(times), num(new),
    paste(sapply(new, curve), collapse = ",")))
}
to <- gzfile(file.path(out, "calibrated.jsonl.gz"), "w", compression = 9)
writeLines(c(sprintf('{"made_by":"reference/calibrated.R","R":"%s","survival":"%s"}', R.version.string, packageVersion("survival")), rows), to)
close(to)
