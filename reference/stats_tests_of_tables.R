# wilcox.test, chisq.test and fisher.test of R.
#
#     Rscript reference/stats_tests_of_tables.R crates/stats/tests/golden/tests_of_tables.jsonl.gz

out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"stats_tests_of_tables.R","versions":"', R.version.string, '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(82)

ranks <- function(x, y) {
  p <- function(...) suppressWarnings(wilcox.test(x, y, ...))
  auto <- p()
  ties <- any(duplicated(c(x, y)))
  exact <- if (ties || length(x) * length(y) > 1e4) NA else p(exact = TRUE)$p.value
  line('"x":', list_of(x), ',"y":', list_of(y), ',"w":', number(auto$statistic), ',"automatic":', number(auto$p.value), ',"exact":', number(exact),
    ',"corrected":', number(p(exact = FALSE)$p.value), ',"normal":', number(p(exact = FALSE, correct = FALSE)$p.value))
}
ranks(rnorm(7), rnorm(5, 1))
ranks(rnorm(49), rnorm(49, 0.5))
ranks(rnorm(50), rnorm(20, 1))
ranks(rnorm(3), rnorm(60, 1))
ranks(round(rnorm(30), 1), round(rnorm(25, 0.3), 1))
ranks(round(rnorm(200) * 2), round(rnorm(150, 0.4) * 2))
ranks(c(1, 2, 3), c(7, 8, 9, 10))
ranks(5, c(1, 2, 9))
ranks(rnorm(100), rnorm(100, 2))

counts <- function(m) {
  chi <- function(c) suppressWarnings(chisq.test(m, correct = c))
  f <- tryCatch(fisher.test(m, workspace = 2e7)$p.value, error = function(e) NA)
  line('"table":[', paste(apply(m, 1, list_of), collapse = ","), '],"chisq":', list_of(c(chi(FALSE)$statistic, chi(FALSE)$parameter, chi(FALSE)$p.value)),
    ',"corrected":', list_of(c(chi(TRUE)$statistic, chi(TRUE)$p.value)), ',"least":', number(min(chi(FALSE)$expected)), ',"fisher":', number(f))
}
counts(rbind(c(12, 5), c(6, 9)))
counts(rbind(c(3, 1), c(1, 3)))
counts(rbind(c(310, 44), c(290, 71)))
counts(rbind(c(0, 8), c(5, 3)))
counts(rbind(c(2, 2), c(3, 3)))
counts(rbind(c(4, 0, 2), c(1, 6, 3)))
counts(rbind(c(10, 20, 15, 5), c(4, 25, 10, 11)))
counts(rbind(c(1, 2, 1, 0), c(3, 3, 6, 1), c(10, 10, 14, 9), c(6, 7, 12, 11)))
counts(rbind(c(3, 8, 4), c(9, 1, 5), c(2, 2, 9), c(1, 7, 3)))
counts(rbind(c(120, 80, 40), c(100, 90, 70)))
counts(rbind(c(15, 9, 4, 1, 0), c(22, 11, 13, 2, 3)))
counts(matrix(rpois(15, 4), 3))
counts(rbind(c(60, 45, 30, 20), c(48, 61, 22, 35)))
close(out)
