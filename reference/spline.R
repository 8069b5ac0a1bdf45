# Restricted cubic splines: knots and columns of Hmisc's rcspline.eval, and designs of rms.
#
#     Rscript reference/spline.R crates/stats/tests/golden/spline.jsonl.gz

suppressMessages(library(rms))
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
words <- function(v) sprintf("[%s]", paste(sprintf('"%s"', v), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"spline.R","versions":"', R.version.string, ', Hmisc ', packageVersion("Hmisc"), ', rms ', packageVersion("rms"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(81)

values <- list(
  normal = rnorm(150), small = rnorm(23), six = c(3, 1, 4, 1.5, 9, 2.6), rounded = round(rexp(130, 0.1)), few = rep(1:6, times = c(3, 9, 4, 8, 20, 2)),
  zeros = c(rep(0, 40), rexp(120)), top = c(runif(90), rep(1, 30)), both = c(rep(0, 12), runif(100, 0.1, 0.9), rep(1, 20)),
  both_small = c(rep(0, 9), runif(40, 0.1, 0.9), rep(1, 9)), peak = c(rep(5, 80), rnorm(40, 5)), peak_small = c(rep(5, 50), runif(20, 0, 12)),
  skewed = c(rep(0, 70), rep(1, 9), 2:12), age = pbc$age, bilirubin = pbc$bili, hundred = rnorm(100), ninety_nine = rnorm(99))
for (name in names(values)) for (k in 3:8) {
  x <- values[[name]]
  knots <- try(suppressWarnings({capture.output(found <- rcspline.eval(x, nk = k, knots.only = TRUE)); found}), silent = TRUE)
  if (inherits(knots, "try-error")) {
    line('"values":', list_of(x), ',"name":"', name, '","count":', k, ',"error":true')
    next
  }
  at <- c(min(x) - 1, as.vector(quantile(x, c(0.02, 0.3, 0.5, 0.77, 0.99))), max(x) + 1)
  line('"values":', list_of(x), ',"name":"', name, '","count":', k, ',"knots":', list_of(knots), ',"at":', list_of(at), ',"columns":', list_of(rcspline.eval(at, knots = knots, inclx = TRUE)))
}

# Designs with interactions: names, columns, coefficients.
d <- pbc[complete.cases(pbc[, c("age", "bili", "sex", "stage", "albumin")]), ]
d$died <- as.integer(d$status == 2)
d$stage <- factor(d$stage)
design <- function(name, formula) {
  fit <- cph(formula, data = d, x = TRUE, y = TRUE, eps = 1e-12, iter.max = 50)
  keep <- seq(1, nrow(d), by = 23)
  line('"design":"', name, '","names":', words(names(coef(fit))), ',"rows":', list_of(keep - 1), ',"columns":', list_of(fit$x[keep, ]), ',"coefficients":', list_of(coef(fit)))
}
line('"data":"pbc","age":', list_of(d$age), ',"bili":', list_of(d$bili), ',"albumin":', list_of(d$albumin), ',"sex":', words(d$sex), ',"stage":', words(d$stage),
  ',"time":', list_of(d$time), ',"event":', list_of(d$died))
y <- "Surv(time, died) ~ "
design("main", as.formula(paste(y, "rcs(age, 4) + log(bili) + sex + stage")))
design("spline by category", as.formula(paste(y, "rcs(age, 3) * sex + albumin")))
design("categories", as.formula(paste(y, "albumin + sex * stage")))
design("splines", as.formula(paste(y, "rcs(age, 3) * rcs(albumin, 4) + sex")))
close(out)
