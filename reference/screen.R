# Screening of features: Cox models of one feature each (R's survival), mRMR (mRMRe, built from its public repository; it loads igraph, which it
# only draws with: leave it out) and the decisions of Boruta, given the hits of each run:
#   Rscript screen.R OUT LIBRARY
# writes OUT/screen.jsonl.gz. Features are made from the recipe of coxnet_glmnet.R; what is done to them further is said in each part.
args <- commandArgs(trailingOnly = TRUE)
.libPaths(c(args[2], .libPaths()))
suppressMessages({library(survival); library(mRMRe); library(Boruta)})

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
follow <- function(x, unit) {
  n <- nrow(x)
  eta <- 0.8 * x[, 1] - 0.6 * x[, 2] + 0.4 * x[, min(5, ncol(x))]
  u <- sapply(seq_len(n), function(i) uniform()); v <- sapply(seq_len(n), function(i) uniform())
  t <- -log(u) * exp(-eta); cens <- -1.5 * log(v)
  list(time = floor(unit * pmin(t, cens)) + 1, event = as.numeric(t <= cens))
}
num <- function(x) paste0("[", paste(sub("-?Inf", "\"inf\"", sprintf("%.17g", x)), collapse = ","), "]")
text <- function(x) paste0("[", paste0("\"", x, "\"", collapse = ","), "]")
field <- function(name, value) sprintf("\"%s\":%s", name, value)
row <- function(...) paste0("{", paste(c(...), collapse = ","), "}")
recipe <- function(kind, seed, n, p, latent, x, y) c(field("kind", sprintf("\"%s\"", kind)), field("seed", seed), field("cases", n),
  field("features", p), field("latent", latent), field("sum", sprintf("%.17g", sum(x))), field("time", num(y$time)), field("event", num(y$event)))

# Every third feature is rounded down to whole numbers; behind the features comes one that separates: the event itself.
univariable <- function(seed, n, p, latent, unit, ties, weighted) {
  x <- features(seed, n, p, latent)
  y <- follow(x, unit)
  w <- if (weighted) 1 + (seq_len(n) - 1) %% 3 else rep(1, n)
  columns <- lapply(seq_len(p), function(j) if (j %% 3 == 0) floor(x[, j]) else x[, j])
  columns <- c(columns, list(y$event))
  fits <- lapply(columns, function(z) suppressWarnings(
    coxph(Surv(y$time, y$event) ~ z, weights = w, ties = ties, control = coxph.control(eps = 1e-13, iter.max = 100), robust = FALSE)))
  tests <- lapply(fits, summary)
  p_of <- function(f) sapply(tests, function(t) unname(f(t)))
  ratio <- p_of(function(t) t$logtest["pvalue"])
  row(recipe("univariable", seed, n, p, latent, x, y), field("ties", sprintf("\"%s\"", ties)), field("weights", num(w)),
    field("coefficient", num(sapply(fits, coef))), field("se", num(sapply(fits, function(f) sqrt(vcov(f)[1])))),
    field("wald", num(sapply(fits, function(f) f$wald.test))), field("ratio", num(p_of(function(t) t$logtest["test"]))),
    field("score", num(sapply(fits, function(f) f$score))),
    field("wald_p", num(p_of(function(t) t$waldtest["pvalue"]))), field("ratio_p", num(ratio)), field("score_p", num(p_of(function(t) t$sctest["pvalue"]))),
    field("score_adjusted", num(p.adjust(p_of(function(t) t$sctest["pvalue"]), "BH"))))
}

# Numbers that are all different: to row i of a feature i / 10^7 is added. Times are too.
mrmr <- function(seed, n, p, latent, k, estimator) {
  x <- features(seed, n, p, latent)
  y <- follow(x, 1e9)
  z <- x + seq_len(n) / 1e7
  stopifnot(!anyDuplicated(y$time), all(apply(z, 2, anyDuplicated) == 0))
  colnames(z) <- paste0("f", seq_len(p) - 1)
  d <- data.frame(target = I(Surv(y$time, y$event)), z, check.names = FALSE)
  class(d$target) <- "Surv"
  found <- mRMR.classic(data = mRMR.data(data = d), target_indices = 1, feature_count = k, continuous_estimator = estimator)
  # The target is number 1.
  chosen <- solutions(found)[[1]][, 1] - 2
  row(recipe("mrmr", seed, n, p, latent, x, y), field("k", k), field("correlation", sprintf("\"%s\"", estimator)),
    field("chosen", num(chosen)), field("scores", num(scores(found)[[1]][, 1])))
}

# Features hit in so many percent of the runs. The importance of those that hit is 2, of others 0, of shadows 1.
boruta <- function(seed, chances, runs) {
  state <<- seed
  p <- length(chances)
  hits <- matrix(sapply(seq_len(runs), function(r) sapply(chances, function(c) uniform() < c / 100)), ncol = p, byrow = TRUE)
  colnames(hits) <- paste0("f", seq_len(p) - 1)
  x <- as.data.frame(matrix(seq_len(7 * p), 7, p, dimnames = list(NULL, colnames(hits))))
  after <- function(last) {
    run <- 0
    importance <- function(x, y) {
      run <<- run + 1
      sapply(colnames(x), function(name) if (startsWith(name, "shadow")) 1 else 2 * hits[run, name])
    }
    found <- Boruta(x, seq_len(7), maxRuns = last + 1, getImp = importance)
    paste(substr(as.character(found$finalDecision), 1, 1), collapse = "")
  }
  row(field("kind", "\"boruta\""), field("hits", text(apply(hits, 1, function(h) paste(as.integer(h), collapse = "")))),
    field("first", 10), field("decisions", text(sapply(10:runs, after))))
}

rows <- c(
  univariable(1, 120, 20, 4, 1e6, "efron", FALSE), univariable(2, 200, 30, 5, 12, "efron", FALSE),
  univariable(3, 90, 15, 3, 8, "breslow", FALSE), univariable(4, 150, 20, 4, 10, "efron", TRUE),
  mrmr(5, 80, 25, 5, 12, "spearman"), mrmr(6, 150, 40, 6, 20, "spearman"), mrmr(7, 100, 30, 4, 30, "pearson"), mrmr(8, 60, 12, 3, 5, "pearson"),
  boruta(9, c(98, 95, 85, 75, 65, 50, 50, 40, 30, 20, 10, 5, 0, 1, 2), 99), boruta(10, c(100, 0, 50, 90), 60),
  boruta(11, rep(c(50, 5, 1, 0, 80), 20), 60), boruta(12, c(60, 100), 99))
versions <- paste(R.version.string, "; survival ", packageVersion("survival"), "; mRMRe ", packageVersion("mRMRe"), "; Boruta ", packageVersion("Boruta"), sep = "")
to <- gzfile(file.path(args[1], "screen.jsonl.gz"), "w", compression = 9)
writeLines(c(sprintf("{\"made_by\":\"reference/screen.R\",\"versions\":\"%s\"}", versions), rows), to)
close(to)
