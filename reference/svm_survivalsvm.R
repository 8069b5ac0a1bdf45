# Survival SVMs of survivalsvm 0.0.6 (built from its public repository; needs pracma, kernlab and quadprog):
#   Rscript svm_survivalsvm.R TABLES OUT [LIBRARY]
# TABLES has pbc.csv and lung.csv (time, status, then features). Writes OUT/svm_survivalsvm.jsonl.gz: the tables, and what is predicted of the
# last 30 % of cases by models of the others.
a <- commandArgs(trailingOnly = TRUE)
if (length(a) > 2) .libPaths(c(a[3], .libPaths()))
suppressMessages({library(survival); library(survivalsvm)})
num <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
rows <- sprintf('{"made_by":"reference/svm_survivalsvm.R","survivalsvm":"%s","Matrix":"%s","R":"%s"}',
                packageVersion("survivalsvm"), packageVersion("Matrix"), getRversion())
tables <- list(pbc = read.csv(file.path(a[1], "pbc.csv")), lung = read.csv(file.path(a[1], "lung.csv")))
for (name in names(tables)) { d <- tables[[name]]
  rows <- c(rows, sprintf('{"table":"%s","time":%s,"event":%s,"columns":[%s]}', name, num(d$time), num(d$status), paste(sapply(d[-(1:2)], num), collapse = ","))) }
run <- function(name, type, kernel, diff = "makediff3", gamma = .1, pars = NULL) {
  d <- tables[[name]]; tr <- 1:floor(.7 * nrow(d))
  f <- function(...) survivalsvm(Surv(time, status) ~ ., data = d[tr, ], type = type, kernel = kernel, opt.meth = "quadprog", gamma.mu = gamma, ...)
  arguments <- c(list(), if (type != "regression") list(diff.meth = diff), if (!is.null(pars)) list(kernel.pars = pars))
  s <- do.call(f, arguments)
  p <- as.vector(predict(s, d[-tr, ])$predicted)
  c_ <- concordance(Surv(time, status) ~ p, data = cbind(d[-tr, ], p = p))$concordance
  cat(name, type, kernel, diff, c_, "\n")
  rows <<- c(rows, sprintf('{"of":"%s","programme":"%s","kernel":"%s","pairs":"%s","cost":%s,"variance":%s,"train":%d,"predicted":%s,"concordance":%.17g}',
    name, type, kernel, diff, num(gamma), if (is.null(pars)) "null" else pars, length(tr), num(p), c_))
}
run("pbc", "regression", "lin_kernel"); run("pbc", "regression", "add_kernel"); run("pbc", "regression", "rbf_kernel", pars = 5000)
run("pbc", "hybrid", "lin_kernel", gamma = c(.1, .1)); run("pbc", "hybrid", "add_kernel", gamma = c(.1, .1))
run("pbc", "vanbelle1", "lin_kernel"); run("pbc", "vanbelle1", "add_kernel"); run("pbc", "vanbelle2", "lin_kernel")
run("lung", "regression", "add_kernel"); run("lung", "regression", "rbf_kernel", pars = 20000, gamma = .03)
run("pbc", "vanbelle1", "add_kernel", diff = "makediff1"); run("pbc", "vanbelle2", "rbf_kernel", pars = 2000)
run("lung", "hybrid", "add_kernel", gamma = c(.05, .2))
to <- gzfile(file.path(a[2], "svm_survivalsvm.jsonl.gz"), "w", compression = 9)
writeLines(rows, to); close(to)
