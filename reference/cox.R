# Cox models of the survival package's data: coxph, survfit with limits, residuals, cox.zph, concordance.
#
#     Rscript reference/cox.R crates/stats/tests/golden
#
# Fits are taken to the last digits (eps 1e-11), so that two programs can be compared beyond coxph's own tolerance.

suppressMessages(library(survival))
folder <- commandArgs(TRUE)[1]
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.infinite(v), ifelse(v > 0, '"inf"', '"-inf"'), sprintf("%.17g", v)))
list_of <- function(v) sprintf("[%s]", paste(number(as.numeric(v)), collapse = ","))
columns_of <- function(m) sprintf("[%s]", paste(apply(as.matrix(m), 2, list_of), collapse = ","))
texts <- function(v) sprintf("[%s]", paste0('"', v, '"', collapse = ","))
header <- sprintf('{"made_by":"cox.R","R":"%s","survival":"%s"}\n', R.version.string, packageVersion("survival"))
open_file <- function(name) {
  out <- gzfile(file.path(folder, name), "wb")
  cat(header, file = out)
  out
}
line <- function(out, ...) cat(sprintf("{%s}\n", paste0(...)), file = out)

v <- data.frame(time = veteran$time, event = veteran$status, trt = veteran$trt, karno = veteran$karno, age = veteran$age,
  prior = veteran$prior, diagtime = veteran$diagtime, celltype = as.integer(veteran$celltype))
l <- with(lung, data.frame(time = time, event = status - 1, age = age, sex = sex, ph.ecog = ph.ecog, ph.karno = ph.karno,
  wt.loss = wt.loss, inst = inst))
l <- l[complete.cases(l), ]
p <- with(pbc, data.frame(time = time, event = as.integer(status == 2), age = age, edema = edema, bili = log(bili),
  protime = log(protime), albumin = log(albumin), sex = as.integer(sex == "f")))
p <- p[complete.cases(p), ]
# Rounded to half years: heavy ties.
q <- p
q$time <- ceiling(q$time / 182.625)
q <- q[seq(1, nrow(q), 4), ]
k <- with(subset(colon, etype == 2), data.frame(time = time, event = status, lev = as.integer(rx == "Lev"),
  lev5fu = as.integer(rx == "Lev+5FU"), age = age, nodes = nodes, extent = extent))
k <- k[complete.cases(k), ]
h <- with(heart, data.frame(entry = start, time = stop, event = event, age = age, year = year, surgery = surgery,
  transplant = as.integer(transplant) - 1, id = id))
h <- h[h$time > h$entry, ]
sets <- list(veteran = v, lung = l, pbc = p, pbc_half_years = q, colon = k, heart = h)

fits <- list()
add <- function(data, x, ties, ...) fits[[length(fits) + 1]] <<- list(data = data, x = x, ties = ties, ...)
xv <- c("trt", "karno", "age", "prior", "diagtime")
xl <- c("age", "sex", "ph.ecog", "ph.karno", "wt.loss")
xp <- c("age", "edema", "bili", "protime", "albumin")
xk <- c("lev", "lev5fu", "age", "nodes", "extent")
xh <- c("age", "year", "surgery", "transplant")
for (ties in c("efron", "breslow", "exact")) {
  add("veteran", xv, ties, residuals = TRUE, zph = TRUE)
  add("lung", xl, ties, strata = "sex", x_strata = TRUE, residuals = ties == "efron", zph = TRUE)
  add("pbc_half_years", c("age", "bili", "albumin"), ties, residuals = TRUE, zph = TRUE)
  add("pbc_half_years", c("age", "bili"), ties, strata = "sex", offset = "albumin")
  add("heart", xh, ties, residuals = ties != "exact", zph = TRUE)
}
for (ties in c("efron", "breslow")) {
  add("pbc", xp, ties, zph = TRUE)
  add("colon", xk, ties, zph = TRUE)
  add("veteran", c("trt", "karno", "age"), ties, strata = "celltype", weighted = TRUE, residuals = TRUE, zph = TRUE)
  add("lung", xl, ties, cluster = "inst", weighted = TRUE)
  add("pbc_half_years", xp, ties, robust = TRUE, weighted = TRUE, residuals = TRUE)
  add("pbc", xp, ties, offset = "sex")
  add("heart", c("age", "year"), ties, strata = "transplant", weighted = TRUE, cluster = "id", residuals = TRUE, zph = TRUE)
}

out <- open_file("cox.jsonl.gz")
rout <- open_file("cox_residuals.jsonl.gz")
cout <- open_file("cox_curves.jsonl.gz")
for (name in names(sets)) {
  d <- sets[[name]]
  line(out, '"kind":"data","name":"', name, '","names":', texts(names(d)), ',"columns":', columns_of(d))
}
control <- coxph.control(eps = 1e-11, iter.max = 60)
for (f in fits) {
  d <- sets[[f$data]]
  x <- setdiff(f$x, f$strata)
  terms <- c(x, if (!is.null(f$strata)) sprintf("strata(%s)", f$strata), if (!is.null(f$offset)) sprintf("offset(%s)", f$offset))
  y <- if (is.null(d$entry)) "Surv(time, event)" else "Surv(entry, time, event)"
  formula <- as.formula(paste(y, "~", paste(terms, collapse = "+")))
  d$w <- if (isTRUE(f$weighted)) rep(c(0.5, 1, 2, 1.25), length.out = nrow(d)) else 1
  call <- list(formula = formula, data = d, ties = f$ties, control = control)
  if (isTRUE(f$weighted)) call$weights <- d$w
  if (!is.null(f$cluster)) call$cluster <- d[[f$cluster]]
  if (isTRUE(f$robust)) call$robust <- TRUE else if (is.null(f$cluster)) call$robust <- FALSE
  fit <- do.call(coxph, call)
  robust <- !is.null(fit$naive.var)
  common <- paste0('"data":"', f$data, '","x":', texts(x), ',"ties":"', f$ties, '"',
    if (!is.null(f$strata)) paste0(',"strata":"', f$strata, '"'), if (!is.null(f$offset)) paste0(',"offset":"', f$offset, '"'),
    if (isTRUE(f$weighted)) paste0(',"weights":', list_of(d$w)), if (!is.null(f$cluster)) paste0(',"cluster":"', f$cluster, '"'),
    if (robust) ',"robust":true')
  # Exact ties with late entry: coxph forgets the class, and there is neither a curve nor a residual.
  late <- !inherits(fit, "coxph")
  class(fit) <- "coxph"
  s <- summary(fit)
  new <- if (late) c() else c(1, 7, 20)
  curves <- sapply(new, function(i) {
    curve <- survfit(fit, newdata = d[i, ], se.fit = FALSE)
    sprintf('{"row":%d,"time":%s,"hazard":%s,"survival":%s}', i - 1, list_of(curve$time), list_of(curve$cumhaz), list_of(curve$surv))
  })
  line(out, '"kind":"fit",', common, ',"coefficients":', list_of(fit$coefficients), ',"variance":',
    columns_of(if (robust) fit$naive.var else fit$var), ',"robust_variance":', if (robust) columns_of(fit$var) else "null",
    ',"log_likelihood":', list_of(fit$loglik), ',"score_test":', number(fit$score), ',"wald_test":', number(fit$wald.test),
    ',"summary":', columns_of(s$coefficients), ',"limits":', columns_of(s$conf.int[, 3:4]),
    ',"lr":', list_of(s$logtest), ',"sc":', list_of(s$sctest),
    ',"curves":[', paste(curves, collapse = ","), "]")
  # Errors and limits of the curves at a few times, and the concordance of the summary.
  limits <- sapply(new, function(i) {
    of <- function(kind) survfit(fit, newdata = d[i, ], conf.type = kind)
    curve <- of("log")
    at <- unique(round(seq(1, length(curve$time), length.out = 7)))
    both <- sapply(c(log = "log", loglog = "log-log", plain = "plain"), function(kind) { c <- of(kind); list_of(c(c$lower[at], c$upper[at])) })
    sprintf('{"row":%d,"time":%s,"survival":%s,"error":%s,%s}', i - 1, list_of(curve$time[at]), list_of(curve$surv[at]), list_of(curve$std.err[at]),
      paste(sprintf('"%s":%s', names(both), both), collapse = ","))
  })
  line(cout, '"kind":"curves",', common, ',"curves":[', paste(limits, collapse = ","), '],"concordance":', list_of(s$concordance))
  if (isTRUE(f$residuals)) {
    of <- function(type, ...) residuals(fit, type = type, ...)
    matrix_of <- function(type, ...) { m <- of(type, ...); if (is.matrix(m)) m else matrix(m, ncol = length(x)) }
    # Exact ties have martingale residuals only.
    more <- if (f$ties == "exact") "" else paste0(',"score":', columns_of(matrix_of("score")), ',"dfbeta":', columns_of(matrix_of("dfbeta")),
      if (f$data == "veteran") paste0(',"dfbetas":', columns_of(matrix_of("dfbetas"))), ',"schoenfeld":', columns_of(matrix_of("schoenfeld")),
      ',"scaled":', columns_of(matrix_of("scaledsch")))
    line(rout, '"kind":"residuals",', common, ',"martingale":', list_of(of("martingale")), ',"deviance":', list_of(of("deviance")), more)
  }
  if (isTRUE(f$zph) && f$ties != "exact") {
    tests <- sapply(c("km", "rank", "identity", "log"), function(g) {
      z <- cox.zph(fit, transform = g)
      sprintf('"%s":{"chisq":%s,"df":%s,"p":%s,"x":%s}', g, list_of(z$table[, 1]), list_of(z$table[, 2]), list_of(z$table[, 3]),
        if (f$data != "colon" && f$ties == "efron") list_of(z$x) else "null")
    })
    line(rout, '"kind":"zph",', common, ",", paste(tests, collapse = ","))
  }
}
close(out)
close(rout)
close(cout)
