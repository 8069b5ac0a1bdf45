# Each gene beside follow-up: coxph of R's survival, cuts of maxstat, p-values by p.adjust.
#
#     Rscript reference/genomics_survival.R crates/genomics/tests/golden/survival.jsonl.gz

suppressMessages({library(survival); library(maxstat)})
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"genomics_survival.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', maxstat ', packageVersion("maxstat"), '"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(11)

n <- 90
x <- matrix(rnorm(30 * n, 7, 1.5), 30)
x[5, ] <- round(x[5, ])
x[6, ] <- pmax(0, x[6, ] - 7)
x[7, sample(n, 9)] <- NA
x[8, sample(n, 30)] <- NA
time <- ceiling(rexp(n, exp(0.6 * scale(x[1, ])[, 1] - 0.4 * scale(x[2, ])[, 1])) * 30)
event <- rbinom(n, 1, 0.6)
age <- round(rnorm(n, 60, 9))
centre <- sample(3, n, TRUE)
line('"time":', list_of(time), ',"event":', list_of(event), ',"age":', list_of(age), ',"centre":', list_of(centre), ',"values":', list_of(t(x)))

tables <- function(name, formula, scaled, ties, p = NULL) {
  rows <- t(sapply(seq_len(nrow(x)), function(i) {
    v <- x[i, ]
    d <- data.frame(time, event, age, centre, v = if (scaled) v / sd(v, na.rm = TRUE) else v)
    s <- summary(coxph(formula, d, ties = ties, control = coxph.control(eps = 1e-12, iter.max = 50)))
    c(s$n, s$conf.int[1, c(1, 3, 4)], s$coefficients[1, 5])
  }))
  line('"name":"', name, '","samples":', list_of(rows[, 1]), ',"hazard_ratio":', list_of(rows[, 2]), ',"lower":', list_of(rows[, 3]), ',"upper":', list_of(rows[, 4]),
    ',"p_value":', list_of(rows[, 5]), ',"adj_p_value":', list_of(p.adjust(rows[, 5], "BH")))
}
tables("plain", Surv(time, event) ~ v, TRUE, "efron")
tables("units, Breslow", Surv(time, event) ~ v, FALSE, "breslow")
tables("age and strata", Surv(time, event) ~ v + age + strata(centre), TRUE, "efron")
tables("strata", Surv(time, event) ~ v + strata(centre), TRUE, "efron")
cuts <- t(sapply(seq_len(nrow(x)), function(i) {
  d <- na.omit(data.frame(time, event, v = x[i, ]))
  of <- function(p) maxstat.test(Surv(time, event) ~ v, d, smethod = "LogRank", pmethod = p, minprop = 0.1, maxprop = 0.9)
  a <- of("Lau92"); b <- of("Lau94")
  # maxstat's bound may be above 1.
  c(a$estimate, sum(d$v <= a$estimate), a$statistic, a$p.value, min(1, b$p.value))
}))
line('"name":"cuts","cut":', list_of(cuts[, 1]), ',"low":', list_of(cuts[, 2]), ',"statistic":', list_of(cuts[, 3]), ',"lausen1992":', list_of(cuts[, 4]), ',"lausen1994":', list_of(cuts[, 5]),
  ',"adjusted1994":', list_of(p.adjust(cuts[, 5], "BH")))
close(out)
