# glmnet's Cox paths, their cross-validation, and stability selection by them:
#   Rscript coxnet_glmnet.R OUT
# writes OUT/coxnet_path.jsonl.gz, OUT/coxnet_cv.jsonl.gz and OUT/coxnet_stability.jsonl.gz. Features are made from a recipe (seed, cases, features, latent): the test
# makes the same ones and compares their sum. Of the large case a few lambdas are kept.
suppressMessages({library(glmnet); library(survival)})
out <- commandArgs(trailingOnly = TRUE)[1]

# Integers of a generator that is exact in double precision: s <- 16807 s mod (2^31 - 1).
state <- 1
uniform <- function() { state <<- (16807 * state) %% 2147483647; state / 2147483647 }
wave <- function() uniform() + uniform() + uniform() + uniform() - 2
features <- function(seed, n, p, latent) {
  state <<- seed
  common <- matrix(0, n, latent)
  for (k in seq_len(latent)) for (i in seq_len(n)) common[i, k] <- wave()
  x <- matrix(0, n, p)
  for (j in seq_len(p)) for (i in seq_len(n)) x[i, j] <- floor(1000 * (common[i, (j - 1) %% latent + 1] + wave()) + 0.5) / 1000
  x
}
# Survival times in whole units: the coarser the unit, the more ties. Some censored at the time of an event.
follow <- function(x, unit) {
  n <- nrow(x)
  eta <- 0.8 * x[, 1] - 0.6 * x[, 2] + 0.4 * x[, min(5, ncol(x))]
  u <- sapply(seq_len(n), function(i) uniform()); v <- sapply(seq_len(n), function(i) uniform())
  t <- -log(u) * exp(-eta); cens <- -1.5 * log(v)
  list(time = floor(unit * pmin(t, cens)) + 1, event = as.numeric(t <= cens))
}

num <- function(x) paste0("[", paste(sub("Inf", "\"inf\"", sprintf("%.17g", x)), collapse = ","), "]")
field <- function(name, value) sprintf("\"%s\":%s", name, value)
row <- function(...) paste0("{", paste(c(...), collapse = ","), "}")
versions <- paste(R.version.string, "; glmnet ", packageVersion("glmnet"), "; survival ", packageVersion("survival"), sep = "")
write <- function(file, rows) {
  to <- gzfile(file.path(out, file), "w", compression = 9)
  writeLines(c(sprintf("{\"made_by\":\"reference/coxnet_glmnet.R\",\"versions\":\"%s\"}", versions), rows), to)
  close(to)
}
recipe <- function(seed, n, p, latent, x, y) c(field("seed", seed), field("cases", n), field("features", p), field("latent", latent),
  field("sum", sprintf("%.17g", sum(x))), field("time", num(y$time)), field("event", num(y$event)))

path <- function(name, seed, n, p, latent, unit, alpha = 1, weighted = FALSE, factors = NULL, offset = FALSE, standardize = TRUE,
                 lambda = NULL, thresh = 1e-20, smallest = if (n < p) 0.01 else 1e-4, keep = NULL) {
  message(name)
  x <- features(seed, n, p, latent)
  y <- follow(x, unit)
  w <- if (weighted) sapply(seq_len(n), function(i) floor(4 * uniform())) else rep(1, n)
  o <- if (offset) floor(100 * x[, 3]) / 200 else NULL
  fit <- glmnet(x, Surv(y$time, y$event), family = "cox", alpha = alpha, weights = w, offset = o, standardize = standardize,
                penalty.factor = if (is.null(factors)) rep(1, p) else factors, lambda = lambda, lambda.min.ratio = smallest,
                thresh = thresh, maxit = 1e8)
  points <- seq_along(fit$lambda)
  kept <- if (is.null(keep)) unique(c(seq(1, length(points), by = 8), length(points))) else intersect(keep, points)
  beta <- as.matrix(fit$beta)
  coefficients <- sapply(kept, function(k) {
    at <- which(beta[, k] != 0)
    row(field("point", k - 1), field("feature", num(at - 1)), field("value", num(beta[at, k])))
  })
  row(field("name", sprintf("\"%s\"", name)), recipe(seed, n, p, latent, x, y), field("alpha", alpha),
      if (weighted) field("weights", num(w)), if (!is.null(factors)) field("factors", num(factors)), if (offset) field("offset", num(o)),
      field("standardize", tolower(standardize)), field("given", tolower(!is.null(lambda))), field("smallest", smallest), field("lambda", num(fit$lambda)),
      field("ratio", num(fit$dev.ratio)), field("null_deviance", sprintf("%.17g", fit$nulldev)),
      field("kept", paste0("[", paste(coefficients, collapse = ","), "]")))
}
write("coxnet_path.jsonl.gz", c(
  path("lasso", 11, 60, 8, 3, 1e6),
  path("lasso, tied times", 12, 90, 8, 3, 6),
  path("elastic net, tied times", 13, 90, 12, 3, 6, alpha = 0.5),
  path("ridge", 14, 60, 8, 3, 10, alpha = 0),
  path("weights, some of them 0", 15, 80, 10, 3, 8, weighted = TRUE),
  path("penalty factors", 16, 80, 10, 3, 8, factors = c(1, 0, 2, 0.5, Inf, 1, 1, 0, 3, 1)),
  path("penalty factors of an elastic net, weights", 17, 80, 10, 3, 8, alpha = 0.3, weighted = TRUE, factors = c(1, 0, 2, 0.5, Inf, 1, 1, 1, 3, 1)),
  path("not standardised", 18, 80, 10, 3, 8, standardize = FALSE),
  path("offset", 19, 80, 10, 3, 8, offset = TRUE),
  path("given lambdas", 20, 80, 10, 3, 8, lambda = c(0.2, 0.1, 0.05, 0.01, 0.001)),
  path("more features than cases", 21, 50, 120, 6, 1e6, thresh = 1e-17, smallest = 0.03),
  path("radiomics", 22, 380, 487, 20, 1e6, thresh = 1e-15, smallest = 0.2, keep = c(2, 20, 50, 75, 100))))

cv <- function(name, seed, n, p, latent, unit, folds, alpha = 1, weighted = FALSE) {
  message(name)
  x <- features(seed, n, p, latent)
  y <- follow(x, unit)
  w <- if (weighted) sapply(seq_len(n), function(i) 1 + floor(3 * uniform())) else rep(1, n)
  fold <- sapply(seq_len(n), function(i) 1 + floor(folds * uniform()))
  surv <- Surv(y$time, y$event)
  lambda <- glmnet(x, surv, family = "cox", alpha = alpha, weights = w, thresh = 1e-16)$lambda
  lambda <- lambda[seq(1, length(lambda), length.out = min(length(lambda), 25))]
  one <- function(measure, grouped) {
    fit <- cv.glmnet(x, surv, family = "cox", alpha = alpha, weights = w, lambda = lambda, foldid = fold, grouped = grouped,
                     type.measure = measure, thresh = 1e-18, maxit = 1e8, keep = TRUE)
    if (weighted && measure == "deviance") {
      # 4.1-6 divides the weights of a part by their mean there, so that whole and part do not have the same ones; from 4.1-9 on it does
      # not. Its own functions without that:
      raw <- t(sapply(seq_len(folds), function(f) {
        b <- as.matrix(coef(glmnet(x[fold != f, ], surv[fold != f], family = "cox", alpha = alpha, weights = w[fold != f], lambda = lambda,
                                   thresh = 1e-18, maxit = 1e8)))
        deviance <- function(rows) coxnet.deviance(x = x[rows, ], y = surv[rows], weights = w[rows], beta = b, std.weights = FALSE)
        if (grouped) deviance(rep(TRUE, n)) - deviance(fold != f) else deviance(fold == f)
      }))
      events <- as.vector(tapply(w * y$event, fold, sum))
      raw <- raw / events
      fit$cvm <- apply(raw, 2, weighted.mean, w = events)
      fit$cvsd <- sqrt(apply(scale(raw, fit$cvm, FALSE)^2, 2, weighted.mean, w = events) / (folds - 1))
      best <- glmnet:::getOptcv.glmnet(lambda, fit$cvm, fit$cvsd, "Partial Likelihood Deviance")
      fit$lambda.min <- best$lambda.min; fit$lambda.1se <- best$lambda.1se
    }
    row(field("mean", num(fit$cvm)), field("error", num(fit$cvsd)), field("minimum", sprintf("%.17g", fit$lambda.min)),
        field("one_error", sprintf("%.17g", fit$lambda.1se)))
  }
  row(field("name", sprintf("\"%s\"", name)), recipe(seed, n, p, latent, x, y), field("alpha", alpha), if (weighted) field("weights", num(w)),
      field("fold", num(fold - 1)), field("lambda", num(lambda)), field("grouped", one("deviance", TRUE)),
      field("ungrouped", one("deviance", FALSE)), field("concordance", one("C", FALSE)))
}
write("coxnet_cv.jsonl.gz", c(
  cv("lasso", 31, 150, 12, 4, 1e6, 5),
  cv("tied times", 32, 150, 12, 4, 6, 5),
  cv("elastic net of many features", 33, 130, 60, 6, 1e6, 10, alpha = 0.5),
  cv("weights", 34, 150, 12, 4, 6, 5, weighted = TRUE)))

# Stability selection with given halves: in each the path at the lambdas of all cases, until more than q features have entered.
stability <- function(name, seed, n, p, latent, unit, q, alpha = 1, weighted = FALSE, halves = 20) {
  message(name)
  x <- features(seed, n, p, latent)
  y <- follow(x, unit)
  w <- if (weighted) sapply(seq_len(n), function(i) 1 + floor(3 * uniform())) else rep(1, n)
  rows <- lapply(seq_len(halves), function(i) sort(order(sapply(seq_len(n), function(i) uniform()))[seq_len(n %/% 2)]))
  path <- function(keep, lambda) glmnet(x[keep, ], Surv(y$time[keep], y$event[keep]), family = "cox", alpha = alpha, weights = w[keep],
                                               lambda = lambda, thresh = 1e-16, maxit = 1e8)
  largest <- glmnet(x, Surv(y$time, y$event), family = "cox", alpha = alpha, weights = w)$lambda[1]
  # As far as q features take to enter.
  lambda <- largest * 0.25^((0:24) / 24)
  entered <- lapply(rows, function(keep) {
    there <- as.matrix(path(keep, lambda)$beta) != 0
    ever <- t(apply(there, 1, cummax))
    ever[, colSums(ever) > q] <- NA
    # Where the path ended, and where glmnet stopped, nothing enters any more.
    last <- max(c(0, which(!is.na(ever[1, ]))))
    if (last == 0) matrix(0, p, length(lambda)) else ever[, pmin(seq_along(lambda), last), drop = FALSE]
  })
  frequency <- Reduce(`+`, entered) / halves
  row(field("name", sprintf("\"%s\"", name)), recipe(seed, n, p, latent, x, y), field("alpha", alpha), if (weighted) field("weights", num(w)),
      field("q", q), field("lambda", num(lambda)), field("halves", paste0("[", paste(sapply(rows, function(r) num(r - 1)), collapse = ","), "]")),
      field("frequency", paste0("[", paste(apply(frequency, 1, num), collapse = ","), "]")))
}
write("coxnet_stability.jsonl.gz", c(
  stability("lasso", 51, 160, 40, 6, 1e6, 6),
  stability("elastic net, tied times, weights", 52, 160, 40, 6, 8, 10, alpha = 0.6, weighted = TRUE),
  stability("more features than cases", 53, 120, 150, 10, 1e6, 11)))
cat(versions, "\n")
