/** Request ids in the service's shape: 24 hexadecimal digits, the time in seconds first. */
export class RequestIds {
  #count = 0;

  next(now: number): string {
    const seconds = Math.max(0, Math.floor(now / 1000));
    const count = ++this.#count;
    return (
      seconds.toString(16).padStart(8, "0").slice(-8) + count.toString(16).padStart(16, "0")
    ).toUpperCase();
  }
}
