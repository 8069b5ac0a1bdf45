# Brier scores of riskRegression.
#
#     Rscript reference/brier.R crates/eval/tests/golden/brier.jsonl.gz
#
# Risks are those of Cox models fitted to the first half of the cases; scores are of the second half. Weights by Kaplan-Meier of the scored cases.

suppressMessages({library(survival); library(riskRegression)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"brier.R","versions":"', R.version.string, ', riskRegression ', packageVersion("riskRegression"), ', survival ', packageVersion("survival"), '"')

score <- function(name, d, one, other, times) {
  half <- seq_len(nrow(d)) %% 2 == 1
  train <- d[half, ]
  test <- d[!half, ]
  risk <- function(formula) {
    fit <- coxph(formula, data = train, x = TRUE)
    1 - t(summary(survfit(fit, newdata = test, se.fit = FALSE), times = times, extend = TRUE)$surv)
  }
  a <- risk(one)
  b <- risk(other)
  found <- Score(list(a = a, b = b), formula = Surv(time, event) ~ 1, data = test, times = times, metrics = "brier", summary = c("ipa", "ibs"), cens.model = "km",
    se.fit = TRUE, conf.int = TRUE, null.model = TRUE, contrasts = TRUE)
  s <- as.data.frame(found$Brier$score)
  k <- as.data.frame(found$Brier$contrasts)
  of <- function(model, column) list_of(s[s$model == model, column])
  pair <- function(model, reference, column) list_of(k[k$model == model & k$reference == reference, column])
  line('"score":"', name, '","time":', list_of(test$time), ',"event":', list_of(test$event), ',"train_time":', list_of(train$time), ',"train_event":', list_of(train$event),
    ',"times":', list_of(times), ',"a":', list_of(a), ',"b":', list_of(b),
    ',"null":', of("Null model", "Brier"), ',"null_se":', of("Null model", "se"), ',"brier":', of("a", "Brier"), ',"se":', of("a", "se"), ',"lower":', of("a", "lower"), ',"upper":', of("a", "upper"),
    ',"ipa":', of("a", "IPA"), ',"ibs":', of("a", "IBS"), ',"other":', of("b", "Brier"), ',"other_ipa":', of("b", "IPA"),
    ',"difference":', pair("b", "a", "delta.Brier"), ',"difference_se":', pair("b", "a", "se"), ',"p":', pair("b", "a", "p"), ',"null_difference_se":', pair("a", "Null model", "se"))
}
p <- pbc[complete.cases(pbc[, c("age", "bili", "albumin", "edema")]), ]
p$event <- as.integer(p$status == 2)
score("pbc", p, Surv(time, event) ~ log(bili) + age + albumin, Surv(time, event) ~ age + edema, c(500, 1000, 1826.25, 2500, 3000))
# Years, tied.
p$time <- ceiling(p$time / 365.25)
score("pbc years", p, Surv(time, event) ~ log(bili) + age + albumin, Surv(time, event) ~ age + edema, c(1, 3, 5, 7.5))
v <- data.frame(veteran, event = veteran$status)
score("veteran", v, Surv(time, event) ~ karno + celltype, Surv(time, event) ~ age + trt, c(30, 80, 150.5))
u <- rotterdam
u$time <- u$dtime / 30.4375
u$event <- u$death
u <- u[seq(1, nrow(u), by = 4), ]
score("rotterdam", u, Surv(time, event) ~ nodes + age + grade, Surv(time, event) ~ hormon + age, c(24, 60, 120))
close(out)
