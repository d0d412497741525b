// The complementary error function to the last few bits, by the rational approximations of FreeBSD's msun (s_erf.c), whose notice says:
//
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business.
// Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.

const ERX = 0.8450629115104675;

/** 1 - erf(x), with full relative precision for large x; 0 from about 27 on. */
export function erfc(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) return 1 - (x + x * nearZero(x * x));
  if (size < 1.25) {
    const above = nearOne(size - 1);
    return x >= 0 ? 1 - ERX - above : 1 + (ERX + above);
  }
  if (size > 28) return x > 0 ? 0 : 2;
  if (x < -6) return 2;
  const unit = 1 / (size * size);
  const rest = size < 1 / 0.35 ? middle(unit) : far(unit);
  // A short number has an exact square: what is lost of x^2 comes back through the second exponential.
  const short = Math.fround(size);
  const tail = (Math.exp(-short * short - 0.5625) * Math.exp((short - size) * (short + size) + rest)) / size;
  return x > 0 ? tail : 2 - tail;
}

/** erf(z) / z - 1 by x = z^2, up to 0.84375 squared. */
function nearZero(x: number): number {
  const top =
    (((-2.3763016656650163e-5 * x - 0.005770270296489442) * x - 0.02848174957559851) * x - 0.3250421072470015) * x +
    0.12837916709551256;
  const bottom =
    ((((-3.960228278775368e-6 * x + 0.00013249473800432164) * x + 0.005081306281875766) * x + 0.0650222499887673) * x +
      0.39791722395915535) *
      x +
    1;
  return top / bottom;
}

/** erf(1 + x) - ERX, up to 1.25. */
function nearOne(x: number): number {
  const top =
    (((((-0.002166375594868791 * x + 0.035478304325618236) * x - 0.11089469428239668) * x + 0.31834661990116175) * x -
      0.3722078760357013) *
      x +
      0.41485611868374833) *
      x -
    0.0023621185607526594;
  const bottom =
    (((((0.011984499846799107 * x + 0.01363708391202905) * x + 0.12617121980876164) * x + 0.07182865441419627) * x +
      0.540397917702171) *
      x +
      0.10642088040084423) *
      x +
    1;
  return top / bottom;
}

/** ln(z e^(z^2) erfc(z)) + 0.5625 by x = 1 / z^2, z up to 1 / 0.35. */
function middle(x: number): number {
  const top =
    ((((((-9.814329344169145 * x - 81.2874355063066) * x - 184.60509290671104) * x - 162.39666946257347) * x -
      62.375332450326006) *
      x -
      10.558626225323291) *
      x -
      0.6938585727071818) *
      x -
    0.009864944034847148;
  const bottom =
    (((((((-0.0604244152148581 * x + 6.570249770319282) * x + 108.63500554177944) * x + 429.00814002756783) * x +
      645.3872717332679) *
      x +
      434.56587747522923) *
      x +
      137.65775414351904) *
      x +
      19.651271667439257) *
      x +
    1;
  return top / bottom;
}

/** The same beyond. */
function far(x: number): number {
  const top =
    (((((-483.5191916086514 * x - 1025.0951316110772) * x - 637.5664433683896) * x - 160.63638485582192) * x -
      17.757954917754752) *
      x -
      0.799283237680523) *
      x -
    0.0098649429247001;
  const bottom =
    ((((((-22.44095244658582 * x + 474.52854120695537) * x + 2553.0504064331644) * x + 3199.8582195085955) * x +
      1536.729586084437) *
      x +
      325.7925129965739) *
      x +
      30.33806074348246) *
      x +
    1;
  return top / bottom;
}
