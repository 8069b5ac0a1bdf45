# Clinical impact of rmda, reclassification of nricens and survIDINRI.
#
#     Rscript reference/benefit.R crates/eval/tests/golden/benefit.jsonl.gz NRICENS RMDA SURVIDINRI
#
# NRICENS: a library with nricens 1.6 (R CMD INSTALL of github.com/cran/nricens). RMDA, SURVIDINRI: the sources of rmda 1.6 and survIDINRI 1.1-2
# (github.com/cran/...), of which functions are taken as they are; survIDINRI's Fortran routine, a weighted share above each cut, is written in R here.
# Risks are of Cox models and rounded, so that some are equal to thresholds.

suppressMessages(library(survival))
arguments <- commandArgs(TRUE)
suppressMessages(library(nricens, lib.loc = arguments[2]))
sys.source(file.path(arguments[3], "R/subroutines.R"), environment())
sys.source(file.path(arguments[4], "R/FUN-IDI-ver017.R"), environment())
unoecdf <- function(cc, pdiff, wt) list(OUTECDF = sapply(cc, function(cut) sum(wt[pdiff > cut]) / sum(wt)))
out <- gzfile(arguments[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"benefit.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', nricens ', packageVersion("nricens"), ', rmda 1.6, survIDINRI 1.1-2"')
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(29)

risk_at <- function(formula, d, t, digits) {
  environment(formula) <- environment()
  fit <- coxph(formula, d)
  base <- basehaz(fit, centered = FALSE)
  hazard <- max(0, base$hazard[base$time <= t])
  x <- model.matrix(fit)
  round(as.vector(1 - exp(-hazard * exp(x %*% coef(fit)))), digits)
}
quietly <- function(e) { sink(nullfile()); on.exit(sink()); suppressMessages(e) }

everything <- function(name, d, t, old, new, digits = 4) {
  p0 <- risk_at(old, d, t, digits)
  p1 <- risk_at(new, d, t, digits)
  line('"table":"', name, '","t":', t, ',"time":', list_of(d$time), ',"event":', list_of(d$event), ',"risk":', list_of(p0), ',"risk2":', list_of(p1))
  if (!any(d$time < t & d$event == 0)) {
    # Nobody is censored before t: rmda counts. Thresholds between the rounded risks, as its rule is above, ours is at or above.
    p <- seq(0.05, 0.95, by = 0.05) + 0.3 * 10^-digits
    r <- calculate.nb(p1, as.numeric(d$time <= t & d$event == 1), p, formula.ind = FALSE, casecontrol.rho = NULL, opt.in = TRUE)
    line('"rmda":"', name, '","threshold":', list_of(p), ',"high_risk":', list_of(r$prob.high.risk), ',"with_event":', list_of(r$DP), ',"net_benefit":', list_of(r$NB), ',"standardized":', list_of(r$sNB))
  }
  for (method in c("km", "ipw")) for (kind in c("category", "category3", "diff", "diff05")) {
    cut <- list(category = median(p0), category3 = as.vector(quantile(p0, c(0.33, 0.67))), diff = 0, diff05 = 0.05)[[kind]]
    updown <- if (startsWith(kind, "category")) "category" else "diff"
    r <- quietly(nricens(time = d$time, event = d$event, p.std = p0, p.new = p1, t0 = t, updown = updown, cut = cut, point.method = method, niter = 0, msg = FALSE))
    line('"nricens":"', name, '","method":"', method, '","updown":"', updown, '","cut":', list_of(cut), ',"values":', list_of(r$nri$Estimate))
  }
  # What survIDINRI makes of these risks: the curves on its grid of 2001 points, and sums over them.
  w <- WGT.FUN(cbind(d$time, d$event), t)
  r <- IDI.FUN(cbind(d$time, d$event), t, p1, p0)
  case <- d$time < t & d$event == 1
  control <- d$time >= t
  exact <- c(sum((w * (p1 - p0))[case]) / sum(w[case]), mean((p1 - p0)[control]))
  keep <- c(seq(1, length(r$cc), by = 40), which(r$cc == 0))
  line('"survIDINRI":"', name, '","grid":', list_of(r$cc[keep]), ',"cases":', list_of(r$FX[keep]), ',"controls":', list_of(r$GX[keep]), ',"idi":', list_of(c(r$IDI, r$IDI_D1, r$IDI_D0)),
    ',"nri":', list_of(c(r$TXI, r$TXI_D1, r$TXI_D0)), ',"median":', list_of(c(r$MED, r$MED_D1, r$MED_D0)), ',"mean_difference":', list_of(exact), ',"weights":', list_of(sum(w[case])))
}

v <- veteran; v$event <- v$status
everything("veteran", v, 120, Surv(time, event) ~ age + trt, Surv(time, event) ~ age + trt + karno)
p <- pbc[1:312, ]; p$event <- as.numeric(p$status == 2); p$time <- p$time / 30.4375
everything("pbc", p, 60, Surv(time, event) ~ age + bili, Surv(time, event) ~ age + log(bili) + albumin)
l <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog")]); l$event <- l$status - 1; l$time <- ceiling(l$time / 30)
everything("months", l, 12, Surv(time, event) ~ age + sex, Surv(time, event) ~ age + sex + ph.ecog, digits = 2)
n <- 150; u <- data.frame(x = rnorm(n), z = rnorm(n)); u$time <- round(rexp(n, 0.1 * exp(0.8 * u$x + 0.5 * u$z)), 2) + 0.01; u$event <- as.numeric(u$time <= 8 | runif(n) < 0.5); u$time[u$time > 8] <- pmax(u$time[u$time > 8], 8.5)
everything("uncensored", u, 8, Surv(time, event) ~ x, Surv(time, event) ~ x + z)
close(out)
