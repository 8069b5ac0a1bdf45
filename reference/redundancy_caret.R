# Redundant features by caret's findCorrelation and nearZeroVar, and by hclust: called by make_redundancy.py.
suppressMessages({library(caret); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
jobs <- read.csv(file.path(folder, "jobs.csv"), colClasses = "character")
for (k in seq_len(nrow(jobs))) {
  job <- jobs[k, ]
  x <- as.matrix(read.csv(file.path(folder, job$input), check.names = FALSE))
  threshold <- as.numeric(job$threshold)
  use <- apply(x, 2, function(v) length(unique(v)) > 1)   # a constant feature has no correlation: caret would fail
  r <- cor(x[, use], method = job$correlation)
  back <- which(use) - 1
  tree <- function(linkage) {
    groups <- cutree(hclust(as.dist(1 - abs(r)), linkage), h = 1 - threshold)
    unname(lapply(split(back, groups), as.integer))
  }
  out <- list(
    exact = sort(back[findCorrelation(r, threshold, exact = TRUE)]),
    fast = sort(back[findCorrelation(r, threshold, exact = FALSE)]),
    near_zero = sort(nearZeroVar(x)) - 1,
    complete = tree("complete"), average = tree("average"), single = tree("single"))
  out <- lapply(out, function(v) if (is.list(v)) v else I(as.integer(v)))
  write(toJSON(out, auto_unbox = FALSE), file.path(folder, paste0(job$name, ".json")))
}
cat(sprintf("R %s, caret %s", getRversion(), packageVersion("caret")))
