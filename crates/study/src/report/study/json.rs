//! All numbers of a study, for programs.

use serde_json::{Value, json};

use crate::analysis::{ClinicalResult, EndpointGenomics, EndpointResult, ProtocolResult, Study};
use radsurv_survival::clinical::ClinicalFit;

/// Curves that are drawn, which are most of a file and nothing of its meaning.
const CURVES: [&str; 4] = ["decision_curves", "clinical_impact", "smooth", "curves"];

/// The study as JSON, without ids of patients and without the points of curves. Numbers that are not finite are null.
pub(super) fn of(study: &Study) -> String {
    let flow = |step: &crate::analysis::FlowStep| {
        let reasons = step
            .left_out
            .iter()
            .map(|out| json!({ "reason": out.reason, "patients": out.ids.len(), "failed": out.failed }));
        json!({ "name": step.name, "patients": step.patients, "left_out": reasons.collect::<Vec<Value>>() })
    };
    let quality = &study.quality;
    let mut value = json!({
        "format": "radsurv-study",
        "version": 1,
        "program": study.version,
        "settings": study.settings,
        "flow": study.flow.iter().map(flow).collect::<Vec<Value>>(),
        "endpoints": study.summaries,
        "table_one": study.table_one,
        "features": study.features,
        "protocols": study.protocols.iter().map(protocol).collect::<Vec<Value>>(),
        "genomics": study.genomics.iter().map(genomics).collect::<Vec<Value>>(),
        "warnings": study.warnings,
        "quality": {
            "rqs": quality.rqs.result(),
            "metrics": quality.metrics.result(),
            "clear": quality.clear.result(),
        },
        "timings": study.timings,
    });
    leave_out_curves(&mut value);
    format!("{value:#}\n")
}

fn leave_out_curves(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(leave_out_curves),
        Value::Object(values) => {
            values.retain(|name, _| !CURVES.contains(&name.as_str()));
            values.values_mut().for_each(leave_out_curves);
        }
        _ => {}
    }
}

fn protocol(found: &ProtocolResult) -> Value {
    json!({
        "protocol": found.protocol,
        "feature_sets": found.feature_sets,
        "reproducible": found.reproducibility.as_ref().map(|icc| {
            icc.rows().iter().filter(|row| row.keep).map(|row| row.feature.as_str()).collect::<Vec<&str>>()
        }),
        "endpoints": found.endpoints.iter().map(endpoint).collect::<Vec<Value>>(),
    })
}

fn endpoint(found: &EndpointResult) -> Value {
    let groups = |(set, groups): &(crate::analysis::PatientSet, radsurv_eval::risk_groups::RiskGroups)| json!({ "set": set, "groups": groups });
    let radscore = &found.radscore;
    json!({
        "endpoint": found.endpoint,
        "models": found.models,
        "ranking": found.ranking,
        "winner": found.winner,
        "importance": found.importance.iter().map(|feature| {
            json!({ "feature": feature.feature, "loss": feature.loss, "std_dev": feature.std_dev })
        }).collect::<Vec<Value>>(),
        "radscore": {
            "held_out": radscore.held_out.is_some(),
            "cut": radscore.cut.as_ref().ok(),
            "no_cut": radscore.cut.as_ref().err(),
            "groups": radscore.groups.iter().map(groups).collect::<Vec<Value>>(),
        },
        "clinical": found.clinical.as_ref().map(clinical),
        "evaluations": found.evaluations,
        "unevaluated": found.unevaluated,
        "optimism": found.optimism,
        "unseen": found.unseen,
    })
}

fn genomics(found: &EndpointGenomics) -> Value {
    json!({
        "endpoint": found.endpoint,
        "protocol": found.protocol,
        "found": found.found.as_ref().ok(),
        "reason": found.found.as_ref().err(),
    })
}

fn clinical(found: &ClinicalResult) -> Value {
    let fit = |fit: &std::result::Result<ClinicalFit, String>| match fit {
        Ok(fit) => json!({ "report": fit.report }),
        Err(why) => json!({ "reason": why }),
    };
    json!({ "alone": fit(&found.alone), "combined": fit(&found.combined) })
}
