// Weighted sum of N tensors, one at a time from the left, then divided: (w0·x0 + w1·x1 + …) / divisor.
fn map(at: vec4u, $inputs) -> vec4f {
  var total = vec4f(-0.0); // the one zero that leaves every first term as it is, -0 included
  //#each k
  total += seal(u.weight_$k * x$k);
  //#end
  if (u.divisor != 1.0) { // a quotient may be 2.5 ULP off, so that even x / 1 need not be x
    total /= u.divisor;
  }
  return total;
}
