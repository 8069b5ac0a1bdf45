//! What expression says of the groups that a Radscore makes.

use radsurv_data::{Cohort, Covariates, FeatureTable, Survival};

use super::result::{EndpointGenomics, EndpointResult, ProtocolResult};
use crate::error::Result;
use crate::radiogenomics::{GenomicsFiles, GenomicsSettings, Patients, Radiogenomics};
use crate::settings::{Protocol, StudySettings};

/// The results of each endpoint, by the groups of the strict protocol if it was run: those of training patients are by scores of models that did not
/// see them. What cannot be had of an endpoint has the reason.
pub(super) fn run(
    settings: &StudySettings,
    of: &GenomicsSettings,
    cohort: &Cohort,
    outcomes: &[Survival],
    protocols: &[ProtocolResult],
) -> Result<Vec<EndpointGenomics>> {
    let files = GenomicsFiles::read(of)?;
    let strict = protocols.iter().find(|found| found.protocol == Protocol::Strict);
    let Some(protocol) = strict.or(protocols.first()) else { return Ok(Vec::new()) };
    let each = settings.endpoints.iter().zip(outcomes).filter_map(|(endpoint, outcome)| {
        let found = protocol.endpoints.iter().find(|found| found.endpoint == endpoint.name)?;
        let result = endpoint_of(settings, of, &files, cohort, outcome, found);
        Some(EndpointGenomics { endpoint: endpoint.name.clone(), protocol: protocol.protocol, found: result })
    });
    Ok(each.collect())
}

fn endpoint_of(
    settings: &StudySettings,
    of: &GenomicsSettings,
    files: &GenomicsFiles,
    cohort: &Cohort,
    outcome: &Survival,
    found: &EndpointResult,
) -> std::result::Result<Radiogenomics, String> {
    let cut = found.radscore.cut.as_ref().map_err(|why| format!("the Radscore has no cut: {why}"))?;
    let scores: Vec<f64> = found.radscore.scores.iter().map(|score| score.unwrap_or(f64::NAN)).collect();
    let groups = cut.apply(&scores);
    let mut covariates = Covariates::new(cohort.cases());
    for name in &of.covariates {
        let known = cohort.covariates().get(name).and_then(|values| covariates.add(name.clone(), values.clone()));
        known.map_err(|error| error.to_string())?;
    }
    let features = best_features(of, cohort, found).map_err(|error| error.to_string())?;
    let patients = Patients {
        ids: cohort.features().case_ids(),
        name: "the patients",
        groups: &groups,
        reference: "low",
        covariates: &covariates,
        features: Some(&features),
        outcome: Some((&found.endpoint, outcome)),
        seed: settings.seed,
    };
    let mut done = of.run(files, &patients).map_err(|error| error.to_string())?;
    let genes = files.expression.places();
    let own = found.model.features().iter().filter(|name| genes.contains_key(name.as_str())).count();
    if own > 0 {
        done.notices.insert(
            0,
            format!(
                "the score itself was learned from the expression of {own} of these genes: that genes differ between its groups is how the groups were made, and finds nothing"
            ),
        );
    }
    Ok(done)
}

/// The features that the best model needs most, before the steps.
fn best_features(of: &GenomicsSettings, cohort: &Cohort, found: &EndpointResult) -> Result<FeatureTable> {
    let mut ranked: Vec<(&str, f64)> = found.importance.iter().map(|f| (f.feature.as_str(), f.loss)).collect();
    ranked.retain(|(name, loss)| *loss > 0.0 && cohort.features().column(name).is_some());
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let names: Vec<&str> = ranked.into_iter().take(of.features).map(|(name, _)| name).collect();
    Ok(cohort.features().select(&names)?)
}
