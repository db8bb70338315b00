// No sparsifier: task vectors as they are.
//#each k
fn sparse$k(delta: vec4f, at: vec4u) -> vec4f { return delta; }
//#end
