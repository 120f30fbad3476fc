/** The caller's own account (section 6.11). */
import { endpoints } from '../../contract/endpoints.ts';
import { json } from '../http/reply.ts';
import { serve, type Route } from '../http/route.ts';

const NO_DETAILS = { name: null, avatar_url: null, bio: null, company: null, location: null };
const SETTINGS = { theme: 'light', language: 'en', timezone: null, email_notifications: true };

export const userRoutes = (): Route[] => [
  serve(endpoints.own.profile, (_call, caller) => json({ ...NO_DETAILS, email: caller.email })),
  serve(endpoints.own.settings, () => json(SETTINGS)),
  serve(endpoints.own.sessions, () => json([])),
];
