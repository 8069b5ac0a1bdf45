# Tests of groups and adjusted p-values.
#
#     Rscript reference/stats_hypothesis.R crates/stats/tests/golden/hypothesis.jsonl.gz
#
# Levene's test is the analysis of variance of absolute deviations, as car::leveneTest does it.

out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(v), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"stats_hypothesis.R","R":"', R.version.string, '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(44)

groups <- function(values) {
  x <- unlist(values)
  g <- factor(rep(seq_along(values), lengths(values)))
  levene <- function(centre) oneway.test(abs(x - ave(x, g, FUN = centre)) ~ g, var.equal = TRUE)
  f <- function(t) c(t$statistic, t$parameter, t$p.value)
  kw <- kruskal.test(x, g)
  line('"groups":[', paste(sapply(values, list_of), collapse = ","), ']',
    ',"anova":', list_of(f(oneway.test(x ~ g, var.equal = TRUE))), ',"welch":', list_of(f(oneway.test(x ~ g))),
    ',"kruskal":', list_of(c(kw$statistic, kw$parameter, kw$p.value)),
    ',"levene_mean":', list_of(f(levene(mean))), ',"levene_median":', list_of(f(levene(median))))
  if (length(values) == 2) {
    a <- values[[1]]
    b <- values[[2]]
    t_of <- function(t) c(t$statistic, t$parameter, t$p.value, t$conf.int)
    line('"x":', list_of(a), ',"y":', list_of(b), ',"welch":', list_of(t_of(t.test(a, b))), ',"pooled":', list_of(t_of(t.test(a, b, var.equal = TRUE))),
      ',"paired":', if (length(a) == length(b)) list_of(t_of(t.test(a, b, paired = TRUE))) else "null")
  }
}
groups(list(rnorm(12), rnorm(9, 1, 2)))
groups(list(rnorm(10), rnorm(10, 3)))
groups(list(1e6 + rnorm(30), 1e6 + rnorm(25), 1e6 + 0.3 + rnorm(3)))
groups(list(round(rnorm(20), 1), round(rnorm(15, 0.5), 1), round(rnorm(18, 0, 3), 1), round(rnorm(2), 1)))
groups(list(rnorm(200), rnorm(150, 20)))

p <- function(values) for (method in c("BH", "BY", "bonferroni", "holm"))
  line('"p":', list_of(values), ',"method":"', method, '","adjusted":', list_of(p.adjust(values, method)))
p(c(runif(20)^3, NA, 0, 1, 0.5, 0.5, NA, 1e-300))
p(c(NA, 0.2))
p(c(0.9, 0.8, 0.95))
close(out)
