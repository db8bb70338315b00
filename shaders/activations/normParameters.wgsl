// What rows of a norm are multiplied by, and what is added to them.

fn factor(i: u32) -> f32 {
  if (u.weightType == ABSENT) { return 1f; }
  let e = u.weightFirst + i;
  return widen_word(weight_word(word_of(e, u.weightType)), e, u.weightType) + u.offset;
}

fn shift(i: u32) -> f32 {
  if (u.biasType == ABSENT) { return 0f; }
  let e = u.biasFirst + i;
  return widen_word(bias_word(word_of(e, u.biasType)), e, u.biasType);
}
