//! Where genes are in their module, and modules in the drawing.

use radsurv_genomics::network::{Edge, Node};

/// The genes of a module and where they are.
pub(super) struct Module {
    pub number: usize,
    /// All of its genes.
    pub size: usize,
    /// Those that are shown, hubs and the most connected first.
    pub genes: Vec<usize>,
    /// Where they are in a disc of radius 1.
    pub places: Vec<[f64; 2]>,
    pub centre: [f64; 2],
    pub radius: f64,
}

impl Module {
    /// The modules in the order of their numbers. Of more genes than can be shown, those without a connection are left out first.
    pub fn of(nodes: &[Node], edges: &[&Edge], shown: usize) -> Vec<Self> {
        let within = edges.iter().map(|edge| edge.genes).filter(|[a, b]| nodes[*a].module == nodes[*b].module);
        let connected: std::collections::HashSet<usize> = within.flatten().collect();
        let mut members: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
        for (gene, node) in nodes.iter().enumerate().filter(|(_, node)| node.module > 0) {
            members.entry(node.module).or_default().push(gene);
        }
        let module = |(number, mut genes): (usize, Vec<usize>)| {
            let size = genes.len();
            let strength = |gene: usize| Some(nodes[gene].within_module).filter(|c| c.is_finite()).unwrap_or(0.0);
            let first = |gene: usize| nodes[gene].hub || connected.contains(&gene);
            genes.sort_by(|&a, &b| first(b).cmp(&first(a)).then(strength(b).total_cmp(&strength(a))));
            genes.truncate(shown.max(1));
            genes.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)));
            Self { number, size, genes, places: Vec::new(), centre: [0.0; 2], radius: 0.0 }
        };
        members.into_iter().map(module).collect()
    }

    /// Finds the places by forces: connected genes attract, all repel.
    pub fn lay_out(&mut self, edges: &[&Edge]) {
        const STEPS: usize = 200;
        let n = self.genes.len();
        let place: std::collections::HashMap<usize, usize> =
            self.genes.iter().enumerate().map(|(place, gene)| (*gene, place)).collect();
        let inner = edges.iter().filter_map(|e| Some((*place.get(&e.genes[0])?, *place.get(&e.genes[1])?, e.weight)));
        let inner: Vec<(usize, usize, f64)> = inner.filter(|(a, b, _)| a != b).collect();
        // Dense modules would fall in on themselves: each gene is pulled as if it had two connections.
        let strength = 2.0 * n as f64 / (2.0 * inner.iter().map(|(.., w)| *w).sum::<f64>()).max(1e-300);
        // A sunflower: even, and no two at one place.
        let seed = |i: usize| {
            let (radius, angle) = ((i as f64 / n as f64).sqrt(), i as f64 * 2.399_963_229_728_653);
            [radius * angle.cos(), radius * angle.sin()]
        };
        self.places = (0..n).map(seed).collect();
        let ideal = 1.6 / (n as f64).sqrt();
        for step in 0..STEPS {
            let mut forces = vec![[0.0; 2]; n];
            for i in 0..n {
                for j in 0..i {
                    let [dx, dy] = [0, 1].map(|k| self.places[i][k] - self.places[j][k]);
                    let squared = (dx * dx + dy * dy).max(1e-6);
                    for (k, d) in [dx, dy].into_iter().enumerate() {
                        let push = ideal * ideal * d / squared;
                        forces[i][k] += push;
                        forces[j][k] -= push;
                    }
                }
                // A pull to the middle, so that nothing drifts away.
                (0..2).for_each(|k| forces[i][k] -= 1.2 * self.places[i][k]);
            }
            for &(i, j, weight) in &inner {
                let [dx, dy] = [0, 1].map(|k| self.places[i][k] - self.places[j][k]);
                let distance = (dx * dx + dy * dy).sqrt();
                for (k, d) in [dx, dy].into_iter().enumerate() {
                    let pull = strength * weight * d * distance / ideal;
                    forces[i][k] -= pull;
                    forces[j][k] += pull;
                }
            }
            let heat = 0.12 * (1.0 - step as f64 / STEPS as f64);
            for (place, force) in self.places.iter_mut().zip(&forces) {
                let size = force[0].hypot(force[1]).max(1e-12);
                (0..2).for_each(|k| place[k] += force[k] / size * size.min(heat));
            }
        }
        self.fit();
    }

    /// Around the middle, in a disc of radius 1, which is filled evenly: half way to where the distances from the middle are those of a
    /// sunflower.
    fn fit(&mut self) {
        let n = self.places.len() as f64;
        let middle = [0, 1].map(|k| self.places.iter().map(|p| p[k]).sum::<f64>() / n);
        let moved = self.places.iter().map(|p| [p[0] - middle[0], p[1] - middle[1]]);
        let moved: Vec<[f64; 2]> = moved.collect();
        let far: Vec<f64> = moved.iter().map(|p| p[0].hypot(p[1])).collect();
        let farthest = far.iter().copied().fold(1e-9, f64::max);
        let mut order: Vec<usize> = (0..far.len()).collect();
        order.sort_by(|&a, &b| far[a].total_cmp(&far[b]));
        for (rank, &gene) in order.iter().enumerate() {
            let even = if far.len() > 1 { (rank as f64 / (n - 1.0)).sqrt() } else { 0.0 };
            let radius = 0.3 * far[gene] / farthest + 0.7 * even;
            let scale = radius / far[gene].max(1e-9);
            self.places[gene] = moved[gene].map(|v| v * scale);
        }
    }
}

/// Puts discs in rows of a width, with room for a name below each and no narrower than this, as large as a height allows. The height they need.
pub(super) fn pack(modules: &mut [Module], width: f64, height: f64, name: f64, narrowest: f64) -> f64 {
    let mut unit = width;
    loop {
        let used = rows(modules, unit, width, name, narrowest);
        match used {
            Some(used) if used <= height || unit < 0.02 * narrowest => return used,
            // Too many modules for the height: as small as they may be.
            None if unit < 1e-6 * width => return height,
            _ => unit *= 0.94,
        }
    }
}

/// None if a disc is wider than a row.
fn rows(modules: &mut [Module], unit: f64, width: f64, name: f64, narrowest: f64) -> Option<f64> {
    let (mut top, mut first, mut used, mut tallest) = (0.0, 0, 0.0, 0.0f64);
    for module in modules.iter_mut() {
        module.radius = (unit * (module.genes.len() as f64).sqrt()).max(narrowest);
        if 2.0 * module.radius > width {
            // One that is as small as it may be is as wide as the row.
            if module.radius > narrowest {
                return None;
            }
            module.radius = 0.5 * width;
        }
    }
    let mut i = 0;
    while i <= modules.len() {
        let next = modules.get(i).map(|module| 2.0 * module.radius);
        match next {
            Some(wide) if used + wide <= width => {
                modules[i].centre = [used + 0.5 * wide, 0.0];
                used += wide;
                tallest = tallest.max(wide);
                i += 1;
            }
            // The row is full: its discs stand on one line, with even gaps.
            _ => {
                let gap = (width - used) / (i - first).max(1) as f64;
                for (place, module) in modules[first..i].iter_mut().enumerate() {
                    module.centre[0] += gap * (place as f64 + 0.5);
                    module.centre[1] = top + tallest - module.radius;
                }
                top += tallest + name;
                (first, used, tallest) = (i, 0.0, 0.0);
                if next.is_none() {
                    break;
                }
            }
        }
    }
    Some(top)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(sizes: &[usize]) -> Vec<Node> {
        let node = |(module, i): (usize, usize)| Node {
            gene: format!("G{module}_{i}"),
            module,
            connectivity: 1.0,
            within_module: i as f64,
            membership: None,
            hub: false,
        };
        sizes.iter().enumerate().flat_map(|(m, size)| (0..*size).map(move |i| (m + 1, i))).map(node).collect()
    }

    #[test]
    fn discs_are_apart_and_genes_within_them() {
        for sizes in [vec![1], vec![30, 20, 5, 5, 1], vec![1; 40], vec![200, 3]] {
            let nodes = nodes(&sizes);
            let edges: Vec<Edge> = (1..nodes.len()).map(|i| Edge { genes: [i - 1, i], weight: 0.5, r: 0.5 }).collect();
            let edges: Vec<&Edge> = edges.iter().collect();
            let mut modules = Module::of(&nodes, &edges, 50);
            modules.iter_mut().for_each(|module| module.lay_out(&edges));
            let height = pack(&mut modules, 300.0, 300.0, 12.0, 20.0);
            assert_eq!(modules.iter().map(|m| m.size).sum::<usize>(), nodes.len());
            for (i, a) in modules.iter().enumerate() {
                assert!(a.centre[0] - a.radius > -1e-9 && a.centre[0] + a.radius < 300.0 + 1e-9);
                assert!(a.centre[1] - a.radius > -1e-9 && a.centre[1] + a.radius + 12.0 < height + 1e-9, "{height}");
                for b in &modules[..i] {
                    let apart = (a.centre[0] - b.centre[0]).hypot(a.centre[1] - b.centre[1]);
                    assert!(apart > a.radius + b.radius - 1e-6);
                }
                assert!(a.places.iter().all(|p| p[0].hypot(p[1]) < 1.0 + 1e-9));
            }
        }
    }
}
