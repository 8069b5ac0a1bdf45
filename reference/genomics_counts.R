# Counts by edgeR and limma: normalisation, counts per million, filters, voom; probes to genes by limma and WGCNA; quantile
# normalisation by limma.
#
#     Rscript reference/genomics_counts.R crates/genomics/tests/golden/counts.jsonl.gz

suppressMessages({library(edgeR); library(limma); library(WGCNA)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
by_gene <- function(m) list_of(t(m))
words <- function(v) sprintf("[%s]", paste(sprintf('"%s"', v), collapse = ","))
flags <- function(v) sprintf("[%s]", paste(ifelse(v, "true", "false"), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"genomics_counts.R","versions":"', R.version.string, ', edgeR ', packageVersion("edgeR"), ', limma ', packageVersion("limma"),
  ', WGCNA ', packageVersion("WGCNA"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(11)

counts <- function(name, y, group, design, aliased = NULL) {
  d <- DGEList(y, group = group)
  by <- function(m, ...) { f <- try(suppressWarnings(calcNormFactors(d, method = m, ...)$samples$norm.factors), silent = TRUE); if (inherits(f, "try-error") || anyNA(f) || any(!is.finite(f))) "null" else list_of(f) }
  n <- calcNormFactors(d)
  some <- seq(1, nrow(y), by = 4)
  v <- voom(n, design)
  q <- voom(n, design, normalize.method = "quantile", span = 0.3)
  plain <- voom(y)
  moderated <- eBayes(lmFit(v, design))
  a <- if (is.null(aliased)) "null" else by_gene(suppressWarnings(voom(n, aliased)$weights[some, ]))
  line('"kind":"counts","name":"', name, '","samples":', ncol(y), ',"counts":', by_gene(y), ',"group":', words(group), ',"design":', list_of(design), ',"aliased":', if (is.null(aliased)) "null" else list_of(aliased),
    ',"sizes":', list_of(d$samples$lib.size), ',"tmm":', by("TMM"), ',"tmm_plain":', by("TMM", doWeighting = FALSE), ',"tmm_second":', by("TMM", refColumn = 2, logratioTrim = 0.2, sumTrim = 0.1),
    ',"tmmwsp":', by("TMMwsp"), ',"rle":', by("RLE"), ',"upper_quartile":', by("upperquartile"), ',"ninety":', by("upperquartile", p = 0.9),
    ',"rows":', list_of(some - 1), ',"cpm":', by_gene(cpm(n)[some, ]), ',"log_cpm":', by_gene(cpm(n, log = TRUE)[some, ]), ',"log_cpm_quarter":', by_gene(cpm(n, log = TRUE, prior.count = 0.25)[some, ]),
    ',"keep_group":', flags(filterByExpr(d)), ',"keep_normalised":', flags(filterByExpr(n, min.count = 5, min.total.count = 40)), ',"keep_design":', flags(filterByExpr(d, design)),
    ',"keep_one":', flags(suppressMessages(filterByExpr(y))),
    ',"voom":', by_gene(v$E[some, ]), ',"weights":', by_gene(v$weights[some, ]), ',"quantile":', by_gene(q$E[some, ]), ',"quantile_weights":', by_gene(q$weights[some, ]), ',"plain_weights":', by_gene(plain$weights[some, ]),
    ',"aliased_weights":', a, ',"t":', list_of(moderated$t[, 2]), ',"p":', list_of(moderated$p.value[, 2]))
}
n <- 160
means <- exp(rnorm(n, 4, 1.6))
y <- matrix(rnbinom(n * 8, mu = means %o% runif(8, 0.5, 2), size = 4), n)
y[1:20, 5:8] <- y[1:20, 5:8] * 9
y[7, ] <- 0
g <- rep(c("a", "b"), each = 4)
age <- c(51, 63, 70, 48, 55, 66, 59, 72)
counts("composition", y, g, cbind(1, as.integer(g == "b"), age), cbind(1, as.integer(g == "b"), as.integer(g == "a"), age))
y <- matrix(rnbinom(140 * 6, mu = exp(rnorm(140, 0.3, 1.5)) %o% runif(6, 0.5, 2), size = 2), 140)
counts("many zeros", y, c("a", "a", "b", "b", "b", "c"), cbind(1, c(0, 0, 1, 1, 1, 0)))
y <- matrix(rnbinom(100 * 26, mu = exp(rnorm(100, 3, 1.5)) %o% runif(26, 0.2, 3), size = 3), 100)
counts("large groups", y, rep(c("a", "b"), c(12, 14)), cbind(rep(1:0, c(12, 14)), rep(0:1, c(12, 14))))
y <- matrix(rgamma(120 * 5, 0.6, 0.01), 120)
y[, 4] <- y[, 1] * 2
counts("fractions, two alike", y, c("a", "a", "b", "b", "b"), cbind(1, c(0, 0, 1, 1, 1)))

quantiles <- function(name, x) line('"kind":"quantiles","name":"', name, '","samples":', ncol(x), ',"values":', by_gene(x), ',"normalised":', by_gene(normalizeQuantiles(x)))
x <- matrix(rnorm(60 * 5, 8, rep(1:5, each = 60)), 60)
quantiles("plain", x)
x[sample(300, 40)] <- NA
quantiles("missing", x)
x <- round(x)
quantiles("missing and ties", x)
quantiles("ties", matrix(rpois(40 * 4, 3), 40))
quantiles("two genes", matrix(c(1, 5, 7, 3, 2, 2), 2))

# Rows are named so that WGCNA's alphabetical order is that of the table; genes are given in the order of their first row.
probes <- function(name, x, gene) {
  rownames(x) <- sprintf("p%03d", seq_len(nrow(x)))
  first <- unique(gene)
  by <- function(m) { r <- collapseRows(x, gene, rownames(x), method = m); r$datETcollapsed[first, ] }
  row_of <- function(m) { r <- collapseRows(x, gene, rownames(x), method = m); r$group2row[match(first, r$group2row[, 1]), 2] }
  line('"kind":"probes","name":"', name, '","samples":', ncol(x), ',"values":', by_gene(x), ',"gene":', words(gene), ',"mean":', by_gene(avereps(x, gene)), ',"max_mean":', by_gene(by("MaxMean")),
    ',"max_mean_row":', words(row_of("MaxMean")), ',"max_variance":', by_gene(by("maxRowVariance")), ',"max_variance_row":', words(row_of("maxRowVariance")), ',"sum":', by_gene(rowsum(x, gene, reorder = FALSE)))
}
gene <- sprintf("g%d", c(3, 1, 1, 2, 3, 3, 4, 5, 5, 1, 6, 7))
x <- matrix(rnorm(12 * 6, 7, 2), 12)
probes("plain", x, gene)
x[c(2, 9, 5), c(1, 4)] <- NA
x[3, 4] <- NA
probes("missing", x, gene)
close(out)
