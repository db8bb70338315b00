// Where rows of a norm are read from, what they are multiplied by, and what is added to them. A row that is replaced is read from where it
// is written; a norm without weight and bias has no buffers for them.

fn source(i: u32) -> f32 {
  //#each apart
  return x[i];
  //#end
  //#each in_place
  return y[i];
  //#end
}

fn factor(i: u32) -> f32 {
  //#each weighted
  if (u.weightType != ABSENT) {
    let e = u.weightFirst + i;
    return widen_word(weight[word_of(e, u.weightType)], e, u.weightType) + u.offset;
  }
  //#end
  return 1f;
}

fn shift(i: u32) -> f32 {
  //#each weighted
  if (u.biasType != ABSENT) {
    let e = u.biasFirst + i;
    return widen_word(bias[word_of(e, u.biasType)], e, u.biasType);
  }
  //#end
  return 0f;
}
