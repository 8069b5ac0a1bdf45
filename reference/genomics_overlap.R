# Probabilities of the hypergeometric distribution.
#
#     Rscript reference/genomics_overlap.R crates/stats/tests/golden/hypergeometric.jsonl.gz
#
# Points are found from quantiles far into both tails.

number <- function(v) sprintf("%.17g", v)
out <- gzfile(commandArgs(TRUE)[1], "wb")
cat(sprintf('{"made_by":"genomics_overlap.R","R":"%s"}\n', R.version.string), file = out)
designs <- rbind(
  c(10, 4, 3), c(10, 7, 8), c(1, 1, 1), c(50, 25, 25), c(200, 1, 150), c(1000, 1000, 10), c(1000, 0, 10),
  c(20000, 200, 50), c(20000, 15, 1200), c(20000, 4000, 3000), c(20000, 19000, 18000), c(20000, 10000, 10000),
  c(5000, 2500, 2000), c(60000, 300, 20), c(1e6, 1e4, 1e4), c(1e6, 5e5, 5e5), c(1e8, 1e5, 1e6))
p <- c(1e-300, 1e-200, 1e-100, 1e-30, 1e-12, 1e-5, 0.003, 0.05, 0.25, 0.5)
for (d in seq_len(nrow(designs))) {
  total <- designs[d, 1]; marked <- designs[d, 2]; drawn <- designs[d, 3]
  k <- c(qhyper(p, marked, total - marked, drawn), qhyper(p, marked, total - marked, drawn, lower.tail = FALSE),
         max(0, marked + drawn - total), min(marked, drawn))
  for (v in unique(sort(k)))
    cat(sprintf('{"total":%.0f,"marked":%.0f,"drawn":%.0f,"k":%.0f,"ln_density":%s,"at_most":%s,"at_least":%s}\n', total, marked, drawn, v,
                number(dhyper(v, marked, total - marked, drawn, log = TRUE)), number(phyper(v, marked, total - marked, drawn)),
                number(phyper(v - 1, marked, total - marked, drawn, lower.tail = FALSE))), file = out)
}
close(out)
