# Tails of the hypergeometric distribution and Fisher's exact test by R, over-representation and pre-ranked GSEA by fgsea.
#
#     Rscript reference/genomics_enrichment.R crates/genomics/tests/golden/enrichment.jsonl.gz
#
# Inputs are made here and kept in the golden, rounded so that they are the same number when read. fgsea's p-values are
# random: those of the simple method are of 20 000 permutations, those of the multilevel method the mean of log2 over 6 seeds
# (sampleSize 201), with its standard deviation.

suppressMessages({library(fgsea); library(jsonlite); library(data.table)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
line <- function(x) cat(toJSON(x, digits = I(17), auto_unbox = TRUE), "\n", sep = "", file = out)
line(list(made_by = "genomics_enrichment.R", versions = sprintf("%s, fgsea %s", R.version.string, packageVersion("fgsea"))))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(11)

# Hypergeometric tails, many of them down to 1e-300.
grid <- expand.grid(N = c(20, 500, 6000, 20000), K = c(0.005, 0.02, 0.2, 0.6), n = c(0.01, 0.05, 0.3, 0.9), q = c(0, 0.05, 0.3, 0.6, 0.8, 1))
grid$K <- pmax(1, round(grid$N * grid$K)); grid$n <- pmax(1, round(grid$N * grid$n))
low <- pmax(0, grid$K + grid$n - grid$N); high <- pmin(grid$K, grid$n)
grid$k <- round(low + grid$q * (high - low))
grid <- unique(grid[, c("k", "N", "K", "n")])
grid$p <- phyper(grid$k - 1, grid$K, grid$N - grid$K, grid$n, lower.tail = FALSE)
grid <- grid[grid$p > 1e-300, ]
fisher <- function(k, N, K, n) fisher.test(matrix(c(k, K - k, n - k, N - K - n + k), 2), alternative = "greater")$p.value
grid$fisher <- ifelse(grid$N <= 500, mapply(fisher, grid$k, grid$N, grid$K, grid$n), NA)
line(c(list(kind = "hypergeometric"), as.list(grid)))

# A ranking of 1200 genes and sets of which some are shifted, one has genes that are not ranked.
n <- 1200
genes <- sprintf("G%04d", sample(n))
stats <- sort(round(rt(n, 4) * 2 + 0.2, 7), decreasing = TRUE)
while (any(duplicated(stats)) || any(stats == 0)) stats <- sort(round(rt(n, 4) * 2 + 0.2, 7), decreasing = TRUE)
names(stats) <- genes
draw <- function(size, tilt) genes[sample(n, size, prob = exp(tilt * (1 - 2 * seq_len(n) / n)))]
sizes <- c(2, 3, 5, 8, 10, 12, 15, 15, 20, 20, 25, 30, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500)
tilts <- rep(c(0, 1.5, -1.5, 3, 0.5, -0.7, -3), length.out = length(sizes))
sets <- setNames(Map(draw, sizes, tilts), sprintf("S%02d", seq_along(sizes)))
sets$S05 <- c(sets$S05, "X1", "X2")
sets$TOP <- genes[1:20]; sets$BOTTOM <- genes[n - 0:14]; sets$EDGE <- genes[c(1, n)]; sets$ONE <- genes[37]
line(list(kind = "input", genes = genes, stats = unname(stats), sets = sets))

# Over-representation of the 90 first genes in all tested genes (fora), and in those that any set has.
listed <- c(genes[1:90], "X1", "Y")
tested <- genes
fora_of <- function(universe) {
  r <- fora(sets, listed, universe, minSize = 5, maxSize = 400)
  r[order(pathway), .(set = pathway, size, overlap, p = pval, adjusted = padj)]
}
line(list(kind = "ora", universe = "tested", listed = listed, rows = fora_of(tested)))
line(list(kind = "ora", universe = "annotated", listed = listed, rows = fora_of(intersect(tested, unlist(sets)))))
line(list(kind = "ora", universe = "collection", listed = listed, rows = fora_of(unique(unlist(sets)))))

for (weight in c(0, 1, 1.5, 2)) for (type in c("std", "pos", "neg")) {
  r <- suppressWarnings(fgseaSimple(sets, stats, nperm = 10, gseaParam = weight, scoreType = type, nproc = 1))
  r <- r[order(pathway)]
  # Extremes of equal size give the score 0 and have no leading edge there.
  line(list(kind = "score", weight = weight, type = type, set = r$pathway, es = r$ES, size = r$size, edge = lapply(r$leadingEdge, function(e) if (is.null(e)) list() else as.list(e))))
}
for (weight in c(0, 1)) for (type in c("std", "pos", "neg")) {
  r <- suppressWarnings(fgseaSimple(sets, stats, nperm = 2e4, gseaParam = weight, scoreType = type, nproc = 1))[order(pathway)]
  several <- lapply(1:6, function(i) {
    set.seed(i)
    suppressWarnings(fgseaMultilevel(sets, stats, sampleSize = 201, eps = 0, gseaParam = weight, scoreType = type, nproc = 1, nPermSimple = 2000))[order(pathway)]
  })
  logs <- sapply(several, function(m) log2(m$pval))
  err <- sapply(several, function(m) m$log2err)
  line(list(kind = "chance", weight = weight, type = type, set = r$pathway, es = r$ES, nes = r$NES, p = r$pval, more = r$nMoreExtreme,
    log2 = rowMeans(logs), sd = apply(logs, 1, sd), error = rowMeans(err)))
}
close(out)
