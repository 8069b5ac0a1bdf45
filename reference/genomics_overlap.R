# Probabilities of the hypergeometric distribution, and of the intersection of several lists (SuperExactTest 1.2.1, built from
# its public repository mw201608/SuperExactTest into LIBRARY).
#
#     Rscript reference/genomics_overlap.R crates/stats/tests/golden/hypergeometric.jsonl.gz LISTS LIBRARY
#
# LISTS is what genomics_overlap.py takes.
# Points of the distribution are found from quantiles far into both tails.

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

suppressMessages(library(SuperExactTest, lib.loc = commandArgs(TRUE)[3]))
out <- gzfile(commandArgs(TRUE)[2], "wb")
cat(sprintf('{"made_by":"genomics_overlap.R","R":"%s","SuperExactTest":"%s"}\n', R.version.string, packageVersion("SuperExactTest")), file = out)
designs <- list(
  list(10, c(4, 5, 6)), list(50, c(10, 20, 30, 40)), list(2000, c(100, 200, 300)), list(2000, c(300, 100, 200)), list(2000, c(0, 100, 200)),
  list(500, c(500, 100, 50)), list(20000, c(800, 1200, 950)), list(20000, c(3000, 2500, 4000, 3500)), list(20000, c(12000, 15000, 9000, 18000, 11000)),
  list(20000, c(60, 2500, 1700)), list(300, rep(120, 10)), list(20000, c(150, 150)), list(60000, rep(1500, 6)))
for (d in designs) {
  universe <- d[[1]]; sizes <- d[[2]]
  expected <- universe * prod(sizes / universe)
  most <- min(sizes)
  for (k in unique(pmin(most, c(0, 1, 2, 3, 5, round(expected * c(1, 1.2, 1.5, 2, 4)), round(most / 10), most))))
    cat(sprintf('{"universe":%d,"sizes":[%s],"shared":%d,"p":%s}\n', universe, paste(sizes, collapse = ","), k,
                number(if (k == 0) 1 else cpsets(k - 1, sizes, universe, lower.tail = FALSE))), file = out)
}
close(out)
