// Time that passes while a promotion runs.
import { type JSX, useEffect, useState } from 'react';

import type { Job } from '../api';

/** Seconds as `7 s`, `3 min 20 s`, `1 h 2 min`. */
export function spent(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long a promotion has taken; it ticks only while somebody sees it. */
export function Elapsed(props: { job: Job; isSeen: boolean }): JSX.Element {
  const { job, isSeen } = props;
  const [now, setNow] = useState(() => Date.now());
  const ticks = isSeen && job.state === 'running';
  useEffect(() => {
    if (!ticks) {
      return;
    }
    setNow(Date.now());
    const timer = setInterval(() => {
      if (!document.hidden) {
        setNow(Date.now());
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [ticks]);
  const end = job.ended ? new Date(job.ended).getTime() : now;
  return (
    <span className="jp-mesh-elapsed">
      {spent((end - new Date(job.started).getTime()) / 1000)}
    </span>
  );
}
