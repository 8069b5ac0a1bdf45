# Scores of gene sets in single samples by GSVA: ssGSEA, GSVA, combined z-scores.
#
#     Rscript reference/genomics_signature.R crates/genomics/tests/golden/signature.jsonl.gz
#
# Tables are made here and kept in the golden: continuous values, the same with many ties, and counts.

suppressMessages({library(GSVA); library(jsonlite)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
line <- function(x) cat(toJSON(x, digits = I(17), auto_unbox = TRUE), "\n", sep = "", file = out)
line(list(made_by = "genomics_signature.R", versions = sprintf("%s, GSVA %s", R.version.string, packageVersion("GSVA"))))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(12)
genes <- sprintf("G%03d", 1:121)
samples <- sprintf("P%02d", 1:14)
sets <- setNames(lapply(c(1, 2, 5, 10, 20, 40, 80, 120), function(k) c(sample(genes, k), "ABSENT")), paste0("S", 1:8))
sets$ONE <- "G007"
activity <- outer(seq_along(genes) %% 5 == 0, rnorm(14))
tables <- list(
  continuous = round(matrix(rnorm(121 * 14, 7, 2), 121) + activity, 4),
  ties = round(matrix(rnorm(121 * 14, 7, 1), 121) + activity),
  counts = matrix(rpois(121 * 14, rep(rexp(121, 1 / 20), 14)), 121))
for (name in names(tables)) {
  x <- tables[[name]]
  dimnames(x) <- list(genes, samples)
  line(list(kind = "table", name = name, genes = genes, samples = samples, values = as.vector(t(x)), sets = sets))
  run <- function(what, ...) {
    s <- suppressWarnings(suppressMessages({invisible(capture.output(r <- gsva(x, sets, verbose = FALSE, ...))); r}))
    line(list(kind = "scores", table = name, what = what, sets = rownames(s), scores = as.vector(t(s))))
  }
  run("ssgsea", method = "ssgsea", ssgsea.norm = TRUE)
  run("ssgsea plain", method = "ssgsea", ssgsea.norm = FALSE)
  run("ssgsea weight 1", method = "ssgsea", ssgsea.norm = FALSE, tau = 1)
  run("zscore", method = "zscore")
  for (kernel in if (name == "counts") c("Poisson", "none") else c("Gaussian", "none")) {
    run(paste("gsva", kernel, "difference"), method = "gsva", kcdf = kernel, mx.diff = TRUE)
    run(paste("gsva", kernel, "extreme"), method = "gsva", kcdf = kernel, mx.diff = FALSE)
  }
}
close(out)
