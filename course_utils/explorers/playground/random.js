// Random numbers, reproducible by a seed.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
    this.uniform = this.uniform.bind(this);
    this.normal = this.normal.bind(this);
  }

  // Uniform in [0, 1), by "mulberry32": a counter whose bits are mixed by two multiplications.
  uniform() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  // From N(0, 1), by the method of Box and Muller, 1958.
  normal() {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count) {
    return Float64Array.from({ length: count }, this.normal);
  }
}
