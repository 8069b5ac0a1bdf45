//! A simulated cohort of the study of cervical cancer: patients, images and outcomes whose truth is known.
//!
//! Wang et al., *Computers in Biology and Medicine* 2024, doi 10.1016/j.compbiomed.2024.108593, predict the outcome of 700
//! patients of two centres from MR images; these are not public. [`SimulationSettings::simulate`] draws patients with the
//! marginals of its Table 1, [`Simulation::images`] makes the images of one, [`Simulation::write`] those of all on disk. Since the
//! truth is known, a pipeline can be judged: does it find the signal, does harmonisation remove the scanner, is a test AUC that of
//! a fresh cohort (another seed)?
//!
//! # Risk
//! The tumour carries the risk `T = 0.5 d + 0.4 s + 0.5 g + 0.583 c` and the tissue around it `P = 0.6 h + 0.8 q`, of independent
//! standard normal numbers (kept within 3):
//!
//! | number | what it shows in |
//! |---|---|
//! | `d` | logarithm of the diameter: 4.34 ± 1.54 cm |
//! | `s` | irregularity of the surface: its standard deviation about an ellipsoid is `0.10 exp(0.45 s)` of the radius |
//! | `g` | grain of the tumour's texture: it changes over `6 exp(0.35 g)` mm |
//! | `c` | contrast of the tumour's texture: its standard deviation is `60 exp(0.35 c)`, about a mean of 620 |
//! | `h` | grain of the texture around it: `5 exp(0.35 h)` mm |
//! | `q` | contrast of that: `40 exp(0.4 q)`, about a mean of 430 |
//!
//! SCC-Ag goes with `T` (correlation 0.35 of its logarithm), the ADC against it (-0.3), stage and nodes with `d` (0.5 of what
//! decides the stage).
//!
//! # Outcome
//! With clinical variables in standard deviations from their means (the logarithm of SCC-Ag; nodes as 1 or 0 less 0.463)
//!
//! ```text
//! dfs   = 0.85 (T + P) + 0.55 scc_ag - 0.6 adc - 0.65 eqd2
//! death = 0.85 (T + P) + 0.55 scc_ag + 0.7 age + 0.9 nodes - 0.65 eqd2
//! os    = (dfs + death) / 2
//! ```
//!
//! The first event comes at `2 + 334 (E exp(-dfs))^(1/1.1)` months, where `E` is exponential: a Weibull proportional hazards
//! model. Death comes at `2 + 188 (E' exp(-death))^(1/1.1)` months, but not before the first event plus an exponential time of 3
//! months on the average (none in 15 %, of whom death is the first event). `E` and `E'` are the same chance nearly: their normal scores
//! correlate with 0.98. So a death is always an event of disease-free survival as well, `dfs` is the exact linear predictor of that, and
//! `os` the one that orders deaths best. The last visit is at `2 + 129 K` months, where `K` is Kumaraswamy's with the
//! shapes 1.8 and 2.6. Times are rounded to tenths.
//!
//! # Images
//! - *Tissue.* A body of fat, muscle, bones, bladder, rectum and pelvic tissue; in it the tumour, star-shaped, with a random function of
//!   the direction on an ellipsoid. Textures are random numbers on a lattice, blended by cubic B-splines.
//! - *Scanner.* Each acquisition period (A, B, C in centre 1, by when a patient came; D in centre 2) has its own gain, blur, noise and
//!   strength of bias field. Signals are blurred within slices, multiplied with gain and a smooth bias field, and get Rician noise.
//! - *Readers.* A contour is the true surface, moved by the reader's habit for this patient (1 mm) and a slip (0.8 mm), both smooth
//!   random functions of the direction, less on small tumours. One reader contours everybody, and some again, as does a second.
//! - *Diffusion.* Two images at b = 0 and 800 s/mm², `S = S0 exp(-b ADC)` with Rician noise.
//!
//! # Expression
//! [`Simulation::expression`] draws the expression of genes in some of the patients: genes that go with the risk which images show, genes that go with the
//! contrast of a texture, modules that go with nothing else, and others; [`ExpressionSettings`] has the equations.
//!
//! Every patient has random numbers of its own (one stream for each: clinical variables, outcome, images, readers), so patients do not
//! depend on each other, on how many there are, or on threads; only the centre depends on the number of patients.

mod anatomy;
mod clinical;
mod cohort;
mod draw;
mod expression;
mod field;
mod grid;
mod images;
mod outcome;
mod patient;
mod scanner;
mod settings;
mod surface;
mod write;

pub use cohort::Simulation;
pub use expression::{ExpressionSettings, GeneRole, SimulatedExpression, WrittenExpression};
pub use images::SimulatedImages;
pub use patient::{Clinical, Endpoint, FollowUp, Patient, Tissue, Truth};
pub use settings::SimulationSettings;
pub use write::{WriteProgress, WrittenCohort};
