# Correlations and partial correlations with limits and p-values: cor.test, residuals of lm, and ppcor 1.1 (built from its public
# repository cran/ppcor into LIBRARY), which both must agree on.
#
#     Rscript reference/genomics_association.R crates/genomics/tests/golden/association.jsonl.gz LIBRARY

suppressMessages({
  library(jsonlite)
  library(ppcor, lib.loc = commandArgs(TRUE)[2])
})
text <- function(v) toJSON(v, digits = NA, auto_unbox = TRUE, na = "null")
set.seed(20)
n <- 60
age <- round(rnorm(n, 60, 9))
stage <- factor(sample(c("I", "II", "III"), n, TRUE))
latent <- rnorm(n)
genes <- list(HK2 = round(8 + latent + rnorm(n, 0, 0.5), 3), KDELR2 = round(6 - 0.02 * age + rnorm(n), 3),
              TP53 = round(5 + 0.4 * as.integer(stage) + rnorm(n), 3), TIED = round(latent + rnorm(n)))
features <- list(glcm_Contrast = round(1e6 * exp(latent + rnorm(n, 0, 0.5))), shape_Volume = round(900 + 12 * age + rnorm(n, 0, 90), 1),
                 glszm_Few = pmin(3, round(abs(latent + rnorm(n)))), ngtdm_Missing = round(latent + rnorm(n), 2))
features$ngtdm_Missing[c(3, 17, 44)] <- NA
genes$TP53[c(17, 20)] <- NA
designs <- list(none = NULL, age = cbind(age), both = model.matrix(~ age + stage)[, -1])

out <- gzfile(commandArgs(TRUE)[1], "wb")
cat(sprintf('{"made_by":"genomics_association.R","R":"%s","ppcor":"%s","age":%s,"stage":%s,"genes":%s,"features":%s}\n', R.version.string,
            packageVersion("ppcor"), text(age), text(as.character(stage)), text(genes), text(features)), file = out)
z <- qnorm(0.975)
for (method in c("pearson", "spearman")) for (given in names(designs)) {
  design <- designs[[given]]
  rows <- list()
  for (gene in names(genes)) for (feature in names(features)) {
    x <- genes[[gene]]; y <- features[[feature]]
    use <- !is.na(x) & !is.na(y)
    x <- x[use]; y <- y[use]; m <- length(x)
    if (is.null(design)) {
      test <- suppressWarnings(cor.test(x, y, method = method, exact = FALSE))
      r <- unname(test$estimate); p <- test$p.value; k <- 0
    } else {
      d <- design[use, , drop = FALSE]; k <- ncol(d)
      if (method == "spearman") { x <- rank(x); y <- rank(y); d <- apply(d, 2, rank) }
      r <- cor(resid(lm(x ~ d)), resid(lm(y ~ d)))
      p <- 2 * pt(-abs(r) * sqrt((m - 2 - k) / (1 - r^2)), m - 2 - k)
      partial <- pcor.test(x, y, d)
      # ppcor inverts a covariance matrix of columns of very different size, which costs digits; its p-value is that of a normal
      # statistic in some versions and of Student's t in others.
      stopifnot(abs(partial$estimate - r) < 1e-10, abs(partial$statistic - r * sqrt((m - 2 - k) / (1 - r^2))) < 1e-8)
    }
    se <- sqrt((if (method == "spearman") 1 + r^2 / 2 else 1) / (m - 3 - k))
    limits <- tanh(atanh(r) + c(-1, 1) * z * se)
    if (method == "pearson" && k == 0) stopifnot(max(abs(limits - test$conf.int)) < 1e-12)
    rows[[length(rows) + 1]] <- list(gene = gene, feature = feature, n = m, r = r, p = p, lower = limits[1], upper = limits[2])
  }
  adjusted <- p.adjust(sapply(rows, function(row) row$p), "BH")
  for (i in seq_along(rows))
    cat(text(c(list(method = method, given = given, adjusted = adjusted[i]), rows[[i]])), "\n", sep = "", file = out)
}
close(out)
