# Uni- and multivariable Cox tables of R's survival and rms: hazard ratios, Wald and likelihood ratio tests of variables, quartile effects of splines.
#
#     Rscript reference/cox_table.R crates/eval/tests/golden/cox_table.jsonl.gz

suppressMessages({library(survival); library(rms)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
rows_of <- function(m) sprintf("[%s]", paste(apply(as.matrix(m), 1, list_of), collapse = ","))
text_of <- function(v) sprintf("[%s]", paste(ifelse(is.na(v), "null", sprintf('"%s"', v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"cox_table.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', rms ', packageVersion("rms"), '"')

control <- coxph.control(eps = 1e-12, iter.max = 50)
d <- pbc[, c("time", "status", "age", "bili", "stage", "sex", "edema", "trt")]
d$event <- as.integer(d$status == 2)
d$stage <- factor(ifelse(is.na(d$stage), NA, paste0("S", d$stage)), levels = c("S4", "S1", "S2", "S3"))
d$edema <- factor(paste0("e", d$edema))
d$lbili <- log(d$bili)
line('"table":"pbc","time":', list_of(d$time), ',"event":', list_of(d$event), ',"age":', list_of(d$age), ',"lbili":', list_of(d$lbili), ',"trt":', list_of(d$trt),
  ',"stage":', text_of(as.character(d$stage)), ',"sex":', text_of(as.character(d$sex)), ',"edema":', text_of(as.character(d$edema)))

fit <- function(f, data) coxph(f, data = data, control = control)
model <- function(name, rhs, vars, drops) {
  data <- d[complete.cases(d[, vars]), ]
  full <- fit(as.formula(paste("Surv(time, event) ~", rhs)), data)
  s <- summary(full)
  cat(sprintf('{"model":"%s","coefficients":%s,"hr":%s,"p":%s,"n":%d,"events":%d,"loglik":%s,"lr_p":%s,"tests":{%s}}\n', name,
    text_of(names(coef(full))), rows_of(s$conf.int[, c(1, 3, 4), drop = FALSE]), list_of(s$coefficients[, 5]), full$n, full$nevent, number(full$loglik[2]), number(s$logtest["pvalue"]),
    paste(sapply(names(drops), function(v) {
      rest <- drops[[v]]
      small <- if (rest == "") NULL else fit(as.formula(paste("Surv(time, event) ~", rest)), data)
      lost <- if (is.null(small)) names(coef(full)) else setdiff(names(coef(full)), names(coef(small)))
      b <- coef(full)[lost]
      wald <- sum(b * solve(vcov(full)[lost, lost, drop = FALSE], b))
      lr <- 2 * (full$loglik[2] - if (is.null(small)) full$loglik[1] else small$loglik[2])
      sprintf('"%s":%s', v, list_of(c(wald, lr, length(lost), pchisq(wald, length(lost), lower.tail = FALSE), pchisq(lr, length(lost), lower.tail = FALSE))))
    }), collapse = ",")), file = out)
}
for (v in c("age", "lbili", "stage", "sex", "edema")) model(v, v, v, setNames(list(""), v))
vars <- c("age", "lbili", "stage", "sex", "edema")
model("all", paste(vars, collapse = " + "), vars, setNames(lapply(vars, function(v) paste(setdiff(vars, v), collapse = " + ")), vars))
model("interaction", "age + sex + lbili + age:sex", c("age", "sex", "lbili"),
  list(age = "sex + lbili", sex = "age + lbili", lbili = "age + sex + age:sex", "age * sex" = "age + sex + lbili"))

dd <- datadist(d[, c("age", "lbili", "sex")])
options(datadist = "dd")
spline <- cph(Surv(time, event) ~ rcs(age, 4) + sex + lbili, data = d, eps = 1e-12)
alone <- cph(Surv(time, event) ~ rcs(age, 4), data = d, eps = 1e-12)
row <- function(f) { s <- summary(f, age = quantile(d$age, c(0.25, 0.75)))["age", ]; c(s["Low"], s["High"], exp(s["Effect"]), exp(s["Lower 0.95"]), exp(s["Upper 0.95"])) }
a <- anova(spline)
line('"spline":"age","multivariable":', list_of(row(spline)), ',"univariable":', list_of(row(alone)), ',"wald":', list_of(a["age", c(1, 2, 3)]))
close(out)
