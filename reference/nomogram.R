# Nomograms of rms.
#
#     Rscript reference/nomogram.R crates/eval/tests/golden/nomogram.jsonl.gz
#
# Each row has the data, the coefficients and the baseline survival of a cph model, and what nomogram() makes of it. rms reads a survival axis off a line through 1000
# points; fun.lp.at puts ticks at given linear predictors, where its values are exact.

suppressMessages({library(survival); library(rms)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
words <- function(v) sprintf("[%s]", paste(sprintf('"%s"', v), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"nomogram.R","versions":"', R.version.string, ', rms ', packageVersion("rms"), ', survival ', packageVersion("survival"), '"')

p <- pbc[complete.cases(pbc[, c("age", "bili", "albumin", "sex", "stage", "edema", "trt")]), ]
p$died <- as.integer(p$status == 2)
p$logbili <- log(p$bili)
p$stage <- factor(pmax(p$stage, 2))
p$trt <- factor(p$trt, labels = c("penicillamine", "placebo"))
data <- p[, c("age", "logbili", "albumin", "edema", "sex", "stage", "trt")]
dd <- datadist(data)
options(datadist = "dd")
line('"data":"pbc","time":', list_of(p$time), ',"event":', list_of(p$died), ',"age":', list_of(p$age), ',"logbili":', list_of(p$logbili), ',"albumin":', list_of(p$albumin), ',"edema":', list_of(p$edema),
  ',"sex":', words(p$sex), ',"stage":', words(p$stage), ',"trt":', words(p$trt))

axis_values <- function(v) if (is.character(v) || is.factor(v)) words(v) else list_of(v)
drawn <- function(name, formula, times, ...) {
  fit <- cph(formula, data = p, x = TRUE, y = TRUE, surv = TRUE, eps = 1e-13, iter.max = 60)
  survival <- Survival(fit)
  at <- lapply(times, function(t) function(lp) survival(t, lp))
  lps <- seq(-1.5, 3, by = 0.5)
  n <- nomogram(fit, fun = at, funlabel = paste("Survival", times), ...)
  exact <- nomogram(fit, fun = at, funlabel = paste("Survival", times), fun.lp.at = rep(list(lps), length(times)), ...)
  info <- attr(n, "info")
  axes <- n[seq_len(match("total.points", names(n)) - 1)]
  each <- sapply(seq_along(axes), function(i) sprintf('{"name":"%s","values":%s,"points":%s}', names(axes)[i], axis_values(axes[[i]][[1]]), list_of(axes[[i]]$points)))
  curves <- sapply(seq_along(times), function(i) {
    a <- n[[paste("Survival", times[i])]]
    b <- exact[[paste("Survival", times[i])]]
    sprintf('{"time":%s,"baseline":%s,"points":%s,"survival":%s,"exact_points":%s,"exact_survival":%s}', number(times[i]), number(survival(times[i], 0)), list_of(a$x), list_of(a$x.real), list_of(b$x), list_of(b$x.real))
  })
  rows <- seq(1, nrow(p), by = 29)
  line('"nomogram":"', name, '","names":', words(names(coef(fit))), ',"coefficients":', list_of(coef(fit)), ',"center":', number(fit$center), ',"range":', list_of(range(fit$linear.predictors)),
    ',"axes":[', paste(each, collapse = ","), '],"total":', list_of(n$total.points$x), ',"lp":', list_of(n$lp$x.real), ',"lp_points":', list_of(n$lp$x), ',"scale":', number(info$sc),
    ',"curves":[', paste(curves, collapse = ","), '],"rows":', list_of(rows - 1), ',"lps":', list_of(fit$linear.predictors[rows]), ',"survivals":', list_of(sapply(times, function(t) survival(t, fit$linear.predictors[rows]))))
}
y <- "Surv(time, died) ~ "
of <- function(terms) as.formula(paste(y, terms))
drawn("linear", of("age + logbili + sex"), c(1826.25, 3000))
drawn("splines", of("rcs(age, 4) + rcs(albumin, 3) + stage + edema"), c(1000, 1826.25))
drawn("interaction", of("rcs(age, 3) * sex + logbili"), 1826.25)
drawn("linear by category", of("albumin * stage + logbili"), c(1000, 2500))
drawn("categories", of("age + sex * stage"), 1826.25)
drawn("chain", of("logbili * sex + sex * trt + age"), 1826.25)
drawn("few values", of("edema * sex + age"), 1826.25)
drawn("one", of("rcs(logbili, 5)"), 1826.25)
drawn("maxscale", of("age + sex"), 1826.25, maxscale = 10)
drawn("edema by age", of("age * edema + logbili"), 1826.25)
drawn("numbers", of("rcs(age, 3) * albumin + sex"), 1826.25, interact = list(albumin = c(2.5, 3.5, 4.2)))

for (range in list(c(0, 100), c(26.3, 78.4), c(-2.2, 3.9), c(0.013, 0.0987), c(5, 5), c(0, 0), c(1e-9, 1), c(123456, 123460), c(-1, 1e6), c(0.3, 0.95), c(99.99999, 100), c(-7e-5, -2e-5)))
  for (n in c(5, 10)) line('"pretty":', n, ',"range":', list_of(range), ',"ticks":', list_of(pretty(range, n = n)))
close(out)
