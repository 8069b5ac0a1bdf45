# caret's findCorrelation, hclust and cutree of small matrices full of ties.
#
#     Rscript reference/redundancy_matrices.R crates/harmonize/tests/golden/redundancy_matrices.jsonl.gz
#
# The values are k / 7, so that means and distances are often equal, and in "data" correlations of random columns.

suppressPackageStartupMessages(library(caret))
out <- gzfile(commandArgs(TRUE)[1], "wb")
list_of <- function(v, form = "%.17g") sprintf("[%s]", paste(ifelse(is.na(v), '"nan"', sprintf(form, v)), collapse = ","))
places <- function(v) list_of(sort(v) - 1, "%d")
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"redundancy_matrices.R","R":"', R.version.string, '","caret":"', as.character(packageVersion("caret")), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(4)

found <- function(r, cutoff) paste0('"cutoff":', sprintf("%.17g", cutoff),
  ',"exact":', places(findCorrelation(r, cutoff, exact = TRUE)), ',"fast":', places(findCorrelation(r, cutoff, exact = FALSE)))
clusters <- function(r, cutoff) {
  d <- as.dist(1 - abs(r))
  paste0(sapply(c("complete", "average", "single"), function(m)
    sprintf('"%s":%s', m, list_of(cutree(hclust(d, m), h = 1 - cutoff), "%d"))), collapse = ",")
}
for (i in 1:400) {
  p <- sample(2:14, 1)
  k <- matrix(0, p, p)
  k[lower.tri(k)] <- sample(0:7, p * (p - 1) / 2, TRUE, prob = if (i %% 2) rep(1, 8) else c(4, 0, 0, 0, 0, 1, 2, 3))
  r <- (k + t(k)) / 7
  diag(r) <- 1
  line('"of":"sevenths","size":', p, ',"lower":', list_of(k[lower.tri(k)], "%d"), ",", found(r, sample(0:6, 1) / 7 + 0.01), ",", clusters(r, 5 / 7 + 0.01))
}
for (p in c(2, 9, 40)) {
  x <- matrix(rnorm(30 * p), 30)
  for (j in seq_len(p)[-1]) if (runif(1) < 0.6) x[, j] <- x[, sample(j - 1, 1)] + rnorm(30) * runif(1, 0, 0.6)
  r <- cor(x, method = "spearman")
  line('"of":"data","size":', p, ',"lower":', list_of(r[lower.tri(r)]), ",", found(r, 0.8), ",", clusters(r, 0.8))
}

close(out)
