# Predictions of gbm's Cox models without sampling (bag.fraction = 1) and ties:
#   Rscript boosting_gbm.R OUT
# writes OUT/gradient_boosting.jsonl.gz. Features are made from a recipe (seed, cases, columns, missing, levels): the test makes the same ones
# and compares their sum. gbm starts each tree from the last leaf, which has no value, and scales weights to a mean of 1.
suppressMessages({library(gbm); library(survival)})
out <- commandArgs(trailingOnly = TRUE)[1]

# Integers of a generator that is exact in double precision: s <- 16807 s mod (2^31 - 1).
state <- 1
below <- function(n) { state <<- (16807 * state) %% 2147483647; state %% n }
uniform <- function() { state <<- (16807 * state) %% 2147483647; state / 2147483647 }
features <- function(seed, cases, columns, missing, levels) {
  state <<- seed
  latent <- matrix(0, cases, 3)
  for (k in 1:3) for (i in seq_len(cases)) latent[i, k] <- below(2001) - 1000
  x <- matrix(0, cases, columns)
  for (j in seq_len(columns)) for (i in seq_len(cases)) {
    value <- latent[i, (j - 1) %% 3 + 1] + below(2001) - 1000
    if (levels > 0 && j %% 2 == 0) value <- floor(value * levels / 4000)
    x[i, j] <- if (below(100) < missing) NA else value / 1000
  }
  x
}
num <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
field <- function(name, value) sprintf("\"%s\":%s", name, value)
row <- function(...) paste0("{", paste(c(...), collapse = ","), "}")

case <- function(name, seed, cases, columns, trees, depth = 3, shrinkage = 0.1, least = 10, missing = 0, levels = 0, weighted = FALSE,
                 monotone = rep(0, columns)) {
  x <- features(seed, cases, columns, missing, levels)
  new <- features(seed + 1, 60, columns, missing, levels)
  z <- x; z[is.na(z)] <- 0
  eta <- 0.8 * z[, 1] - 0.6 * z[, 2] * (z[, 3] > 0) + 0.5 * z[, min(5, columns)]^2
  u <- sapply(seq_len(cases), function(i) uniform()); v <- sapply(seq_len(cases), function(i) uniform())
  t <- -log(u) * exp(-eta); cens <- -1.5 * log(v)
  # Each time once.
  time <- rank(pmin(t, cens), ties.method = "first"); event <- as.numeric(t <= cens)
  w <- if (weighted) sapply(seq_len(cases), function(i) 1 + below(4)) else rep(1, cases)
  x <- as.data.frame(x); new <- as.data.frame(new)
  fit <- gbm.fit(x, Surv(time, event), distribution = "coxph", w = w, n.trees = trees, interaction.depth = depth, shrinkage = shrinkage,
                 n.minobsinnode = least, bag.fraction = 1, var.monotone = monotone, keep.data = FALSE, verbose = FALSE)
  kept <- sort(unique(c(1, floor(trees / 2), trees)))
  margins <- sapply(kept, function(k) row(field("rounds", k), field("fitted", num(predict(fit, x, n.trees = k))),
                                           field("new", num(predict(fit, new, n.trees = k)))))
  influence <- relative.influence(fit, n.trees = trees, scale. = FALSE, sort. = FALSE)
  message(sprintf("%-28s %d events, %d trees", name, sum(event), trees))
  row(field("name", sprintf("\"%s\"", name)), field("seed", seed), field("cases", cases), field("columns", columns), field("missing", missing),
      field("levels", levels), field("sum", sprintf("%.17g", sum(x, na.rm = TRUE))), field("time", num(time)), field("event", num(event)),
      if (weighted) field("weights", num(w)), field("monotone", num(monotone)), field("trees", trees), field("depth", depth),
      field("shrinkage", shrinkage), field("least", least), field("influence", num(influence)),
      field("margins", paste0("[", paste(margins, collapse = ","), "]")))
}
rows <- c(
  case("plain", 11, 120, 6, 100),
  case("stumps", 12, 150, 8, 200, depth = 1, shrinkage = 0.05),
  case("many splits", 13, 200, 10, 60, depth = 7, least = 5),
  case("tied values", 14, 150, 6, 100, levels = 6),
  case("missing values", 15, 200, 7, 100, missing = 20),
  case("many missing tied values", 16, 200, 7, 60, missing = 45, levels = 5, depth = 5, least = 8),
  case("weights", 17, 150, 6, 100, weighted = TRUE),
  case("weights, missing values", 18, 180, 6, 80, weighted = TRUE, missing = 25, least = 12),
  case("monotone", 19, 200, 6, 80, monotone = c(1, 0, -1, 0, 1, 0), depth = 4),
  case("many features", 20, 380, 100, 150))
to <- gzfile(file.path(out, "gradient_boosting.jsonl.gz"), "w", compression = 9)
versions <- paste(R.version.string, "; gbm ", packageVersion("gbm"), "; survival ", packageVersion("survival"), sep = "")
writeLines(c(sprintf("{\"made_by\":\"reference/boosting_gbm.R\",\"versions\":\"%s\"}", versions), rows), to)
close(to)
