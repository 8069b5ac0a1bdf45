# Clinical models of R: step() and MASS::stepAIC on coxph, backward by p, uni- to multivariable, cut points of maxstat; imputation by medians, neighbours
# (Gower's distance of cluster::daisy) and chained regressions by lm.
#
#     Rscript reference/clinical.R crates/survival/tests/golden/clinical.jsonl.gz

suppressMessages({library(survival); library(MASS); library(maxstat); library(cluster)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
text_of <- function(v) sprintf("[%s]", paste(ifelse(is.na(v), "null", sprintf('"%s"', v)), collapse = ","))
value_of <- function(v) if (is.numeric(v)) list_of(v) else text_of(as.character(v))
columns_of <- function(d) sprintf("{%s}", paste(sprintf('"%s":%s', names(d), sapply(d, value_of)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"clinical.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', MASS ', packageVersion("MASS"), ', maxstat ',
  packageVersion("maxstat"), ', cluster ', packageVersion("cluster"), '"')
control <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 60)

tables <- list()
l <- lung[complete.cases(lung[, c("age", "sex", "ph.ecog", "ph.karno", "pat.karno", "wt.loss")]), ]
tables$lung <- data.frame(time = l$time, event = l$status - 1, age = l$age, sex = factor(ifelse(l$sex == 1, "m", "f")), ecog = factor(paste0("e", pmin(l$ph.ecog, 2))),
  karno = l$ph.karno, patient = l$pat.karno, loss = l$wt.loss)
p <- pbc[complete.cases(pbc[, c("age", "bili", "albumin", "protime", "edema", "stage", "ast", "trt", "copper")]), ]
tables$pbc <- data.frame(time = p$time, event = as.integer(p$status == 2), age = p$age, lbili = log(p$bili), albumin = p$albumin, protime = p$protime,
  edema = factor(paste0("e", p$edema)), stage = factor(paste0("S", p$stage)), sex = factor(as.character(p$sex)), ast = p$ast, trt = p$trt, copper = p$copper)
v <- veteran
tables$veteran <- data.frame(time = v$time, event = v$status, karno = v$karno, age = v$age, diag = v$diagtime, cell = factor(as.character(v$celltype)),
  trt = factor(paste0("t", v$trt)), prior = factor(ifelse(v$prior > 0, "yes", "no")))
for (name in names(tables)) line('"table":"', name, '","columns":', columns_of(tables[[name]]))

fit_of <- function(terms, d) {
  f <- as.formula(paste("Surv(time, event) ~", if (length(terms)) paste(terms, collapse = " + ") else "1"))
  eval(bquote(coxph(.(f), data = d, control = control, ties = "efron")))
}
named <- function(v) sprintf("{%s}", paste(sprintf('"%s":%s', names(v), number(v)), collapse = ","))
own <- function(fit) attr(terms(fit), "term.labels")
wald_of <- function(fit) {
  at <- fit$assign
  sapply(at, function(i) { b <- coef(fit)[i]; pchisq(sum(b * solve(vcov(fit)[i, i, drop = FALSE], b)), length(i), lower.tail = FALSE) })
}
# By the same rule as step(), but everything that was tried is kept.
trace <- function(fit, d, leave) {
  steps <- c()
  repeat {
    now <- own(fit)
    ll <- fit$loglik[length(fit$loglik)]
    df <- length(coef(fit))
    tried <- NULL; p <- NULL; go <- NULL
    if (length(now)) {
      a <- drop1(fit, test = "Chisq")
      tried <- setNames(a$AIC[-1], rownames(a)[-1])
      lr <- setNames(a[["Pr(>Chi)"]][-1], rownames(a)[-1])
      p <- if (leave$test == "wald") wald_of(fit)[names(tried)] else lr
      if (leave$by == "aic") { if (min(tried) < extractAIC(fit)[2]) go <- names(tried)[which.min(tried)] }
      else if (max(p) >= leave$stay) go <- names(p)[which.max(p)]
    }
    steps <- c(steps, sprintf('{"terms":%s,"df":%d,"loglik":%s,"aic":%s,"tried":%s,"p":%s,"dropped":%s}', if (length(now)) text_of(now) else "[]", df, number(ll),
      number(-2 * ll + 2 * df), if (is.null(tried)) "{}" else named(tried), if (is.null(p)) "{}" else named(p), if (is.null(go)) "null" else sprintf('"%s"', go)))
    if (is.null(go)) break
    keep <- setdiff(now, go)
    fit <- fit_of(keep, d)
  }
  list(fit = fit, steps = sprintf("[%s]", paste(steps, collapse = ",")))
}
rows <- function(fit) {
  if (!length(coef(fit))) return('"coef":[],"se":[],"risk":[]')
  d <- list_of(fit$linear.predictors)
  sprintf('"coef":%s,"se":%s,"risk":%s', list_of(coef(fit)), list_of(sqrt(diag(vcov(fit)))), d)
}
baseline <- function(fit, times) if (length(coef(fit))) { b <- basehaz(fit, centered = TRUE); sapply(times, function(t) max(c(0, b$hazard[b$time <= t]))) } else rep(NA, length(times))
univariable <- function(terms, d) sapply(terms, function(t) { f <- fit_of(t, d); c(lr = pchisq(2 * diff(f$loglik), length(coef(f)), lower.tail = FALSE), wald = wald_of(f)[[1]]) })
model <- function(table, terms, pairs = c()) {
  d <- tables[[table]]
  assign("d", d, envir = globalenv())
  all <- c(terms, pairs)
  u <- univariable(terms, d)
  head <- sprintf('"model":"%s","terms":%s,"pairs":%s,"univariable":{"lr":%s,"wald":%s}', table, text_of(terms), if (length(pairs)) text_of(pairs) else "[]", list_of(u["lr", ]), list_of(u["wald", ]))
  full <- fit_of(all, d)
  times <- as.numeric(quantile(d$time, c(0.25, 0.5, 0.75)))
  one <- function(rule, test, stay, t) line(head, ',"rule":"', rule, '","test":"', test, '","stay":', stay, ',"steps":', t$steps, ',', rows(t$fit), ',"times":', list_of(times),
    ',"hazard":', list_of(baseline(t$fit, times)), if (rule == "aic") sprintf(',"step_aic":%s,"stepAIC_aic":%s', list_of(step(full, trace = 0)$anova$AIC),
    list_of(stepAIC(full, trace = 0)$anova$AIC)) else "")
  one("aic", "lr", 1, trace(full, d, list(by = "aic", test = "lr")))
  for (test in c("lr", "wald")) for (stay in c(0.05, 0.2)) one("p", test, stay, trace(full, d, list(by = "p", test = test, stay = stay)))
  if (!length(pairs)) for (test in c("lr", "wald")) {
    entered <- terms[u[test, ] < 0.1]
    one("uni", test, 0.05, trace(fit_of(entered, d), d, list(by = "p", test = test, stay = 0.05)))
    one("uni", test, 1, trace(fit_of(entered, d), d, list(by = "p", test = test, stay = 2)))
  }
}
model("lung", c("age", "sex", "ecog", "karno", "patient", "loss"))
model("pbc", c("age", "lbili", "albumin", "protime", "edema", "stage", "sex", "ast", "trt", "copper"))
model("veteran", c("karno", "age", "diag", "cell", "trt", "prior"))
model("veteran", c("karno", "age", "diag", "cell", "trt", "prior"), c("karno:cell", "age:trt"))
model("pbc", c("age", "lbili", "albumin", "stage", "sex"), c("age:sex", "lbili:albumin"))

# Cut at the maximally selected log-rank statistic, then backward by AIC.
cut <- function(table, terms, at) {
  d <- tables[[table]]
  cuts <- sapply(at, function(x) maxstat.test(as.formula(paste("Surv(time, event) ~", x)), data = d, smethod = "LogRank", minprop = 0.1, maxprop = 0.9)$estimate)
  for (i in seq_along(at)) d[[at[i]]] <- factor(ifelse(d[[at[i]]] <= cuts[i], "low", "high"), levels = c("low", "high"))
  assign("d", d, envir = globalenv())
  t <- trace(fit_of(terms, d), d, list(by = "aic", test = "lr"))
  line('"cut":"', table, '","terms":', text_of(terms), ',"at":', text_of(at), ',"cuts":', list_of(cuts), ',"steps":', t$steps, ',', rows(t$fit))
}
cut("lung", c("age", "sex", "ecog", "patient", "loss"), c("age", "patient", "loss"))
cut("pbc", c("age", "lbili", "albumin", "protime", "stage"), c("lbili", "albumin", "age"))

# Imputation: fitted to the first half, applied to all.
d <- pbc[, c("age", "bili", "chol", "albumin", "copper", "trig", "platelet", "protime", "sex", "edema", "stage", "ascites")]
d$sex <- factor(as.character(d$sex)); d$edema <- factor(paste0("e", d$edema)); d$stage <- factor(ifelse(is.na(d$stage), NA, paste0("S", d$stage)))
d$ascites <- factor(ifelse(is.na(d$ascites), NA, ifelse(d$ascites == 1, "yes", "no")))
set.seed(5)
for (j in seq_along(d)) d[sample(nrow(d), 25), j] <- NA
d[7, ] <- NA; d[400, ] <- NA
d$fourth <- round(d$bili * 2 + rnorm(nrow(d)), 2)
train <- seq_len(nrow(d)) %% 3 != 0
line('"impute":"table","train":', list_of(which(train) - 1), ',"columns":', columns_of(d))
is_number <- sapply(d, is.numeric)
most <- function(x) { t <- table(x); names(t)[which.max(t)] }
typical <- lapply(names(d), function(v) if (is_number[v]) median(d[train, v], na.rm = TRUE) else most(d[train, v]))
names(typical) <- names(d)
line('"impute":"typical","columns":', columns_of({ f <- d; for (v in names(d)) f[is.na(f[[v]]), v] <- typical[[v]]; f }))

# Gower's distance of daisy to the training cases, its ranges being those of training cases.
near <- function(k) {
  f <- d
  t <- d[train, ]
  ids <- which(train)
  for (i in seq_len(nrow(d))) {
    gaps <- names(d)[is.na(d[i, ])]
    if (!length(gaps)) next
    # daisy takes ranges from the cases that it gets: values beyond those of training are put apart by hand.
    sum <- rep(0, nrow(t)); n <- rep(0, nrow(t))
    for (v in names(d)) {
      if (is.na(d[i, v])) next
      part <- if (is_number[v]) abs(t[[v]] - d[i, v]) / diff(range(t[[v]], na.rm = TRUE)) else as.numeric(as.character(t[[v]]) != as.character(d[i, v]))
      there <- !is.na(part)
      sum[there] <- sum[there] + part[there]; n[there] <- n[there] + 1
    }
    distance <- ifelse(n > 0, sum / n, NA_real_)
    if (train[i]) {
      all <- suppressWarnings(as.matrix(daisy(t, metric = "gower")))[which(ids == i), ]
      stopifnot(isTRUE(all.equal(unname(all)[-which(ids == i)], distance[-which(ids == i)])))
    }
    o <- order(distance)[seq_len(sum(!is.na(distance)))]
    for (v in gaps) {
      donors <- t[o, v]; donors <- donors[!is.na(donors)]; donors <- head(donors, k)
      f[i, v] <- if (!length(donors)) typical[[v]] else if (is_number[v]) mean(donors) else most(droplevels(donors))
    }
  }
  f
}
for (k in c(1, 5)) line('"impute":"near","k":', k, ',"columns":', columns_of(near(k)))

# Chained regressions; levels by the largest prediction of their indicators.
chained <- function(rounds, use) {
  d <- d[, use]
  f <- d; for (v in use) f[is.na(f[[v]]), v] <- typical[[v]]
  # In the order of the number of missing training values.
  order <- use[order(sapply(use, function(v) sum(is.na(d[train, v]))))]
  for (round in seq_len(rounds)) for (v in order) {
    design <- model.matrix(as.formula(paste("~", paste(setdiff(use, v), collapse = "+"))), f)
    have <- train & !is.na(d[[v]]); gap <- is.na(d[[v]])
    predict_of <- function(y) { b <- lm.fit(design[have, ], y)$coefficients; b[is.na(b)] <- 0; drop(design[gap, , drop = FALSE] %*% b) }
    if (is_number[v]) f[gap, v] <- pmin(pmax(predict_of(d[have, v]), min(d[have, v])), max(d[have, v]))
    else { s <- sapply(levels(d[[v]]), function(l) predict_of(as.numeric(d[have, v] == l))); f[gap, v] <- levels(d[[v]])[max.col(s, "first")] }
  }
  f
}
for (rounds in c(1, 4)) line('"impute":"regression","rounds":', rounds, ',"columns":', columns_of(chained(rounds, names(d))))
close(out)
