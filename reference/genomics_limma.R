# Linear models of genes: limma's lmFit, contrasts.fit, duplicateCorrelation, eBayes, treat and topTable.
#
#     Rscript reference/genomics_limma.R crates/genomics/tests/golden [DATA]
#
# With the folder of real data, also results of TCGA-CESC: stages and age, every twentieth gene.
# Values of genes are rounded, so that the files hold the very numbers limma was given; results have 13 digits.

suppressMessages({library(limma); library(statmod)})
folder <- commandArgs(TRUE)[1]
exact <- function(v) ifelse(is.finite(v), sprintf("%.17g", v), ifelse(is.na(v), '"nan"', ifelse(v > 0, '"inf"', '"-inf"')))
short <- function(v) ifelse(is.finite(v), sprintf("%.13g", v), ifelse(is.na(v), '"nan"', ifelse(v > 0, '"inf"', '"-inf"')))
list_of <- function(v, number = short) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
rows_of <- function(m, number = short) list_of(t(as.matrix(m)), number)
columns_of <- function(m) sprintf("[%s]", paste(apply(as.matrix(m), 2, list_of, number = exact), collapse = ","))
words <- function(v) sprintf("[%s]", paste(sprintf('"%s"', v), collapse = ","))
open_golden <- function(name) {
  out <<- gzfile(file.path(folder, paste0(name, ".jsonl.gz")), "wb")
  line('"made_by":"genomics_limma.R","versions":"', R.version.string, ', limma ', packageVersion("limma"), ', statmod ', packageVersion("statmod"), '"')
}
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

# Genes whose true variances are scaled inverse chi-squared, and of which some differ between the first and the last column.
genes_of <- function(genes, design, df = 4, shift = 2, share = 0.2) {
  n <- nrow(design)
  sd <- sqrt(0.3 * df / rchisq(genes, df))
  y <- matrix(rnorm(genes * n), genes) * sd + runif(genes, 3, 12)
  differ <- rbinom(genes, 1, share) * rnorm(genes, 0, shift)
  round(y + outer(differ, design[, ncol(design)] > 0), 4)
}

input <- function(name, y, design, block = NULL, correlation = NULL, weights = NULL, array_weights = NULL) {
  paste0('"name":"', name, '","genes":', nrow(y), ',"values":', rows_of(y, exact), ',"names":', words(colnames(design)), ',"columns":', columns_of(design),
    if (!is.null(block)) paste0(',"block":', words(block)), if (!is.null(correlation)) paste0(',"correlation":', exact(correlation)),
    if (!is.null(weights)) paste0(',"weights":', rows_of(weights, exact)),
    if (!is.null(array_weights)) paste0(',"array_weights":', list_of(array_weights, exact)))
}

fit_fields <- function(fit) paste0('"coefficients":', rows_of(fit$coefficients), ',"stdev_unscaled":', rows_of(fit$stdev.unscaled), ',"sigma":', list_of(fit$sigma),
  ',"df_residual":', list_of(fit$df.residual), ',"ave_expr":', list_of(fit$Amean), ',"covariance":', rows_of(fit$cov.coefficients))

quiet <- function(e) suppressMessages(suppressWarnings(e))
test_fields <- function(fit, eb, settings) paste0(settings, ',"df_prior":', list_of(rep_len(eb$df.prior, nrow(fit))), ',"s2_prior":', list_of(rep_len(eb$s2.prior, nrow(fit))),
  ',"s2_post":', list_of(eb$s2.post), ',"df_total":', list_of(eb$df.total), ',"t":', rows_of(eb$t), ',"p_value":', rows_of(eb$p.value))
logical <- function(v) if (v) "true" else "false"
bayes <- function(fit, trend = FALSE, robust = FALSE, proportion = 0.01, limits = c(0.1, 4), tails = c(0.05, 0.1)) {
  eb <- quiet(eBayes(fit, proportion, limits, trend, robust, tails))
  settings <- paste0('"trend":', logical(trend), ',"robust":', logical(robust), ',"proportion":', exact(proportion), ',"stdev_limits":', list_of(limits, exact),
    ',"winsor_tails":', list_of(tails, exact))
  sprintf("{%s}", paste0(test_fields(fit, eb, settings), ',"b":', rows_of(eb$lods), if (!is.null(eb$F)) paste0(',"f":', list_of(eb$F), ',"f_p_value":', list_of(eb$F.p.value))))
}
treated <- function(fit, lfc, trend = FALSE, robust = FALSE, tails = c(0.05, 0.1)) {
  settings <- paste0('"log_fc":', exact(lfc), ',"trend":', logical(trend), ',"robust":', logical(robust), ',"winsor_tails":', list_of(tails, exact))
  sprintf("{%s}", test_fields(fit, quiet(treat(fit, lfc = lfc, trend = trend, robust = robust, winsor.tail.p = tails)), settings))
}
several <- function(...) sprintf("[%s]", paste(c(...), collapse = ","))

# A fit, contrasts of it, and tests of these.
case <- function(name, y, design, contrasts = NULL, tests = function(fit) bayes(fit), block = NULL, correlation = NULL, weights = NULL, array_weights = NULL) {
  w <- if (is.null(array_weights)) weights else array_weights
  fit <- quiet(if (is.null(block)) lmFit(y, design, weights = w) else lmFit(y, design, block = block, correlation = correlation, weights = w))
  text <- paste0(input(name, y, design, block, correlation, weights, array_weights), ',"fit":{', fit_fields(fit), "}")
  if (!is.null(contrasts)) {
    fit <- contrasts.fit(fit, quiet(makeContrasts(contrasts = contrasts, levels = colnames(design))))
    text <- paste0(text, ',"contrasts":', words(contrasts), ',"contrast_fit":{', fit_fields(fit), "}")
  }
  line(text, ',"tests":', several(tests(fit)))
}
holes <- function(y, share) { y[matrix(runif(length(y)) < share, nrow(y))] <- NA; y }

set.seed(2501)
open_golden("limma_fit")
two <- cbind(Intercept = 1, high = rep(0:1, c(4, 5)))
y <- genes_of(70, two)
y[3, ] <- 7
y[4, ] <- c(rep(5, 4), rep(6, 5))
case("two groups", y, two)
groups <- factor(rep(c("A", "B", "C"), c(4, 4, 5)))
about <- data.frame(age = round(runif(13, 35, 80)), sex = factor(c("f", "m", "m", "f", "m", "f", "f", "m", "m", "f", "m", "f", "m")))
three <- model.matrix(~ 0 + groups + age + sex, about)
colnames(three) <- c("A", "B", "C", "age", "sex=m")
line('"design":"three","groups":', words(groups), ',"age":', list_of(about$age, exact), ',"sex":', words(about$sex), ',"means":', columns_of(three),
  ',"reference_b":', columns_of(model.matrix(~ relevel(groups, "B") + age + sex, about)))
three_names <- three
colnames(three_names)[5] <- "male"
some <- c("B-A", "C-A", "(B+C)/2 - A", "2*male + 0.1*age")
case("three groups and covariates", genes_of(50, three_names[, c(5, 3)]), three_names, some)
case("one-way", genes_of(40, three_names[, c(1, 3)]), three_names[, 1:3], some[1:3])
missing <- holes(genes_of(60, three_names[, c(1, 3)]), 0.25)
missing[1, ] <- NA
missing[2, 2:13] <- NA
missing[3, 1:4] <- NA
missing[4, c(1:3, 5:7, 9:12)] <- NA
case("missing values", missing, three_names, some)
case("missing values, differences", missing, cbind(Intercept = 1, three_names[, 2:3]), tests = function(fit) c(bayes(fit), bayes(fit, trend = FALSE, robust = TRUE)))
weights <- matrix(round(rchisq(40 * 13, 3) + 0.01, 3), 40)
case("weights of values", genes_of(40, three_names[, c(1, 3)]), three_names, some, weights = weights)
weights[5, 3:9] <- 0
case("weights of values, missing ones", holes(genes_of(40, three_names[, c(1, 3)]), 0.1), three_names, some[1:2], weights = weights)
array_weights <- round(runif(13, 0.2, 3), 3)
case("weights of samples", genes_of(40, three_names[, c(1, 3)]), three_names, some, array_weights = array_weights)
case("weights of samples, missing values", holes(genes_of(40, three_names[, c(1, 3)]), 0.1), three_names, some, array_weights = array_weights)
case("weights of samples, a 0", genes_of(25, three_names[, c(1, 3)]), three_names, some[1:2], array_weights = replace(array_weights, 4, 0))
large <- cbind(Intercept = 1, high = rep(0:1, 30))
extreme <- genes_of(30, large, df = 30)
extreme[1:12, ] <- round(extreme[1:12, ] / 100 + outer(2^(0:11) / 40, large[, 2]), 6)
case("extreme", extreme, large, tests = function(fit) c(bayes(fit), treated(fit, 1)))
case("far from 0", genes_of(20, two) + 1e6, two)
case("more contrasts than coefficients", genes_of(20, three_names[, c(1, 3)]), three_names, c("B-A", "C-A", "C-B", "male"))
close(out)

set.seed(2502)
open_golden("limma_bayes")
design <- cbind(Intercept = 1, high = rep(0:1, c(3, 4)))
all_tests <- function(fit) c(bayes(fit), bayes(fit, trend = TRUE), bayes(fit, robust = TRUE), bayes(fit, trend = TRUE, robust = TRUE),
  bayes(fit, proportion = 0.2, limits = c(0.5, 1)), bayes(fit, robust = TRUE, tails = c(0.02, 0.2)), treated(fit, log2(1.2)), treated(fit, 0.5, trend = TRUE), treated(fit, 0, robust = TRUE))
contrast <- "high"
trended <- genes_of(120, design, df = 8)
level <- rowMeans(trended)
trended <- round(level + (trended - level) * exp(0.15 * (8 - level)), 4)
trended[7, ] <- round(mean(trended[7, ]) + 12 * rnorm(7), 4)
trended[50:52, ] <- round(rowMeans(trended[50:52, ]) + 5 * matrix(rnorm(21), 3), 4)
case("trend and outliers", trended, design, contrast, all_tests)
case("missing values", holes(trended[1:90, ], 0.15), design, contrast, function(fit) c(bayes(fit), bayes(fit, trend = TRUE), bayes(fit, robust = TRUE), bayes(fit, trend = TRUE, robust = TRUE)))
same <- round(matrix(rnorm(60 * 7), 60) + 8, 4)
case("variances alike", same, design, contrast, function(fit) c(bayes(fit), bayes(fit, robust = TRUE), bayes(fit, trend = TRUE), bayes(fit, trend = TRUE, robust = TRUE), treated(fit, 0.3)))
one_out <- same
one_out[9, ] <- round(8 + 25 * rnorm(7), 4)
case("variances alike but one", one_out, design, contrast, function(fit) c(bayes(fit), bayes(fit, robust = TRUE), bayes(fit, trend = TRUE, robust = TRUE)))
zeros <- trended[1:30, ]
zeros[1:5, ] <- 3
case("some do not vary", zeros, design, contrast, function(fit) c(bayes(fit), bayes(fit, robust = TRUE), bayes(fit, trend = TRUE)))
case("most do not vary", rbind(zeros[1:8, ], matrix(0, 10, 7)), design, contrast)
for (n in c(1, 2, 3, 5, 8)) case(paste("genes:", n), trended[10 + 1:n, , drop = FALSE], design, contrast, function(fit) c(bayes(fit), if (n > 1) c(bayes(fit, trend = TRUE), if (n > 2) bayes(fit, robust = TRUE))))
# topTable: adjusted p-values, limits, F.
fit <- eBayes(lmFit(trended[1:60, ], design))
for (method in c("BH", "BY", "bonferroni", "holm", "none")) {
  top <- topTable(fit, coef = "high", number = Inf, adjust.method = method, sort.by = "p", confint = 0.9)
  line('"top":"', method, '","genes":', list_of(as.integer(rownames(top)) - 1), ',"log_fc":', list_of(top$logFC), ',"ave_expr":', list_of(top$AveExpr), ',"t":', list_of(top$t),
    ',"p_value":', list_of(top$P.Value), ',"adj_p_value":', list_of(top$adj.P.Val), ',"b":', list_of(top$B), ',"lower":', list_of(top$CI.L), ',"upper":', list_of(top$CI.R))
}
close(out)

set.seed(2503)
open_golden("limma_blocks")
patients <- rep(paste0("P", 1:8), c(1, 2, 2, 2, 3, 1, 2, 2))
paired <- cbind(A = rep(c(1, 0), length.out = 15), B = rep(c(0, 1), length.out = 15), age = round(runif(15, 40, 70)))
common <- function(genes, share) matrix(rnorm(genes * 8), genes)[, match(patients, unique(patients))] * share
blocked <- round(genes_of(40, paired[, 1:2], df = 8) + common(40, 0.7), 4)
correlated <- function(name, y, design, block, weights = NULL, array_weights = NULL, tests = TRUE) {
  w <- if (is.null(array_weights)) weights else array_weights
  found <- quiet(duplicateCorrelation(y, design, block = block, weights = w))
  line('"duplicate":true,', input(name, y, design, block, found$consensus.correlation, weights, array_weights), ',"atanh":', list_of(found$atanh.correlations))
  if (tests) case(name, y, design, c("B-A", "age"), block = block, correlation = found$consensus.correlation, weights = weights, array_weights = array_weights)
}
correlated("blocks", blocked, paired, patients)
correlated("missing values", holes(blocked[1:25, ], 0.15), paired, patients)
correlated("weights of values", blocked[1:25, ], paired, patients, weights = matrix(round(rchisq(25 * 15, 4) + 0.1, 3), 25))
correlated("weights of samples", blocked[1:25, ], paired, patients, array_weights = round(runif(15, 0.3, 2), 3))
correlated("weights of samples, missing values", holes(blocked[1:25, ], 0.1), paired, patients, array_weights = round(runif(15, 0.3, 2), 3))
correlated("negative", round(genes_of(30, paired[, 1:2]), 4), paired, rep(paste0("P", 1:5), each = 3), tests = FALSE)
correlated("pairs", round(genes_of(30, paired[1:14, 1:2], df = 8) + matrix(rnorm(30 * 7), 30)[, rep(1:7, each = 2)], 4), paired[1:14, 1:2], rep(paste0("P", 1:7), each = 2), tests = FALSE)
correlated("within the design", blocked[1:3, ], cbind(paired, model.matrix(~ patients)[, -1])[, -2], patients, tests = FALSE)
case("a negative correlation", blocked[1:20, ], paired, c("B-A", "age"), block = patients, correlation = -0.3)
close(out)

if (length(commandArgs(TRUE)) > 1) {
  tcga <- file.path(commandArgs(TRUE)[2], "tcga_cesc")
  open_golden("limma_tcga")
  y <- as.matrix(read.csv(gzfile(file.path(tcga, "tcga_cesc_rlog_2009genes_242pts.csv.gz")), row.names = 1, check.names = FALSE))
  about <- read.csv(file.path(tcga, "tcga_cesc_242pts_pheno_survival.csv"))
  stopifnot(colnames(y) == about$sample)
  shown <- seq(1, nrow(y), by = 20)
  tcga_case <- function(name, keep, design, coefficient, trend = FALSE, robust = FALSE) {
    fit <- eBayes(lmFit(y[, keep], design), trend = trend, robust = robust)
    top <- topTable(fit, coef = coefficient, number = Inf, sort.by = "none")[shown, ]
    line('"name":"', name, '","trend":', logical(trend), ',"robust":', logical(robust), ',"gene":', words(rownames(y)[shown]), ',"log_fc":', list_of(top$logFC), ',"ave_expr":', list_of(top$AveExpr),
      ',"t":', list_of(top$t), ',"p_value":', list_of(top$P.Value), ',"adj_p_value":', list_of(top$adj.P.Val), ',"b":', list_of(top$B),
      ',"df_prior":', list_of(rep_len(fit$df.prior, nrow(y))[shown]), ',"s2_prior":', list_of(rep_len(fit$s2.prior, nrow(y))[shown]))
  }
  ends <- about$Stage != 2
  two <- model.matrix(~ factor(about$Stage[ends]))
  for (trend in c(FALSE, TRUE)) for (robust in c(FALSE, TRUE)) tcga_case("3 - 1", ends, two, 2, trend, robust)
  aged <- !is.na(about$age_at_index)
  tcga_case("3 - 1 beside age and stage 2", aged, model.matrix(~ factor(about$Stage[aged]) + about$age_at_index[aged]), 3)
  close(out)
}
