# Networks of WGCNA and dynamicTreeCut: soft thresholds, topological overlap, cuts of the tree, eigengenes, merged modules.
#
#     Rscript reference/genomics_network.R crates/genomics/tests/golden/network.jsonl.gz

suppressMessages({library(WGCNA); library(dynamicTreeCut)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), "\"nan\"", sprintf("%.13g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"genomics_network.R","versions":"', R.version.string, ', WGCNA ', packageVersion("WGCNA"), ', dynamicTreeCut ', packageVersion("dynamicTreeCut"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(11)

# Modules of different size and tightness, two of them close, some genes against their module, and genes of none.
samples <- 44
sizes <- c(46, 34, 25, 18, 14)
seeds <- matrix(rnorm(samples * 5), samples)
seeds[, 2] <- 0.75 * seeds[, 1] + 0.66 * seeds[, 2]
x <- do.call(cbind, lapply(1:5, function(m) sapply(seq_len(sizes[m]), function(i) {
  strength <- 0.95 - 0.6 * (i / sizes[m])^1.2
  sign(runif(1) - 0.15) * strength * seeds[, m] + sqrt(1 - strength^2) * rnorm(samples)
})))
x <- cbind(x, matrix(rnorm(samples * 53), samples))
x <- round(8 + 1.5 * x[, sample(ncol(x))], 3)
colnames(x) <- sprintf("g%d", seq_len(ncol(x)) - 1)
rownames(x) <- sprintf("s%d", seq_len(samples) - 1)
trait <- round(seeds[, 3] + rnorm(samples), 3)
trait[c(5, 17)] <- NA
line('"samples":', samples, ',"values":', list_of(x), ',"trait":', list_of(trait))

short <- c(unsigned = "unsigned", signed = "signed", "signed hybrid" = "signed-hybrid")
for (kind in names(short)) {
  capture.output(p <- pickSoftThreshold(x, networkType = kind, RsquaredCut = 0.7))
  line('"soft":"', short[kind], '","table":[', paste(apply(as.matrix(p$fitIndices), 1, list_of), collapse = ","), '],"chosen":', if (is.na(p$powerEstimate)) "null" else p$powerEstimate)
}
some <- seq(1, ncol(x), by = 24)
cut_of <- function(tree, d, min_size, deep, ...) cutreeHybrid(tree, d, minClusterSize = min_size, deepSplit = deep, verbose = 0, ...)$labels
network <- function(kind, tom_type, power) {
  tom <- TOMsimilarityFromExpr(x, networkType = kind, TOMType = tom_type, power = power, verbose = 0)
  d <- 1 - tom
  tree <- hclust(as.dist(d), method = "average")
  adj <- adjacency(x, type = kind, power = power)
  line('"network":"', short[kind], '","overlap":"', tom_type, '","power":', power, ',"rows":', list_of(some - 1), ',"tom":', list_of(t(tom[some, ])), ',"heights":', list_of(tree$height))
  one <- function(name, labels) {
    me <- moduleEigengenes(x, labels, excludeGrey = TRUE)
    k <- intramodularConnectivity(adj, labels)
    kme <- signedKME(x, me$eigengenes)
    own <- sapply(seq_along(labels), function(i) if (labels[i] == 0) NA else kme[i, labels[i]])
    hubs <- chooseTopHubInEachModule(x, labels, omitColors = 0, power = power, type = kind)
    r <- cor(me$eigengenes, trait, use = "p")
    merged <- function(h) mergeCloseModules(x, labels, cutHeight = h, relabel = TRUE, verbose = 0)$colors
    line('"cut":"', name, '","network":"', short[kind], '","overlap":"', tom_type, '","power":', power, ',"labels":', list_of(labels), ',"eigengenes":[', paste(apply(as.matrix(me$eigengenes), 2, list_of), collapse = ","),
      '],"explained":', list_of(me$varExplained[1, ]), ',"connectivity":', list_of(k$kTotal), ',"within":', list_of(ifelse(labels == 0, 0, k$kWithin)), ',"membership":', list_of(own),
      ',"hubs":[', paste(sprintf('"%s"', hubs), collapse = ","), '],"r":', list_of(r), ',"p":', list_of(corPvalueStudent(r, sum(!is.na(trait)))),
      ',"merged":', list_of(merged(0.25)), ',"merged_more":', list_of(merged(0.6)))
  }
  height <- as.vector(quantile(tree$height, 0.72))
  line('"static_height":', number(height), ',"network":"', short[kind], '","overlap":"', tom_type, '","power":', power, ',"labels":', list_of(cutreeStatic(tree, height, 8)), ',"low":', list_of(cutreeStatic(tree, as.vector(quantile(tree$height, 0.4)), 5)),
    ',"low_height":', number(as.vector(quantile(tree$height, 0.4))))
  one("static", cutreeStatic(tree, height, 8))
  one("hybrid 2 10", cut_of(tree, d, 10, 2))
  for (deep in 0:4) for (min_size in c(5, 12, 20)) for (pam in c("leave", "own-branch", "anywhere")) {
    labels <- cut_of(tree, d, min_size, deep, pamStage = pam != "leave", pamRespectsDendro = pam != "anywhere")
    line('"hybrid":', deep, ',"network":"', short[kind], '","overlap":"', tom_type, '","power":', power, ',"min_size":', min_size, ',"outside":"', pam, '","height":null,"labels":', list_of(labels))
  }
  h <- as.vector(quantile(tree$height, 0.9))
  line('"hybrid":2,"network":"', short[kind], '","overlap":"', tom_type, '","power":', power, ',"min_size":10,"outside":"own-branch","height":', number(h), ',"labels":', list_of(cut_of(tree, d, 10, 2, cutHeight = h)))
}
network("unsigned", "unsigned", 4)
network("unsigned", "signed", 3)
network("signed", "unsigned", 9)
network("signed hybrid", "signed", 4)
close(out)
