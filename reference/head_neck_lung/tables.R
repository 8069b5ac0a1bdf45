# The tables of LUNG1 and HN1, from the R package RadAR (github.com/cgplab/RadAR). Rscript tables.R RADAR/data DATA/tables
# The third file that is needed, lung1_clinical.csv, is the clinical table of the collection NSCLC-Radiomics of The Cancer Imaging Archive (version 3, October
# 2019): PatientID, Survival.time, deadstatus.event. Its follow-up is longer than that in RadAR.
# No package of Bioconductor is needed: the matrix is taken from the parts of the object.
args <- commandArgs(TRUE)
for (centre in c("lung1", "hn1")) {
  e <- new.env(); suppressWarnings(load(file.path(args[1], paste0(centre, ".rda")), e)); object <- e[[paste0(centre, "_rdr")]]
  x <- attr(get("data", attr(attr(object, "assays"), ".xData")), "listData")[[1]]
  dimnames(x) <- list(attr(object, "NAMES"), attr(attr(object, "colData"), "rownames"))
  out <- gzfile(file.path(args[2], paste0(centre, "_rdr_features.csv.gz")), "w"); write.csv(t(x), out); close(out)
  if (centre == "hn1") write.csv(e$hn1_clinical, file.path(args[2], "hn1_clinical.csv"), row.names = FALSE)
}
