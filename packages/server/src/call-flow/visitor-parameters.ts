import { type PageInfo, PageInfo as PageInfoSchema, type VisitorContext } from '@offhook/contract';

/** Claims that do not fit into this are left to the call's record. */
const MAX_CLAIMS_LENGTH = 300;

/** What the agent's phone is told about a visitor, as custom parameters. */
export function visitorParameters(visitor: VisitorContext | undefined): Record<string, string> {
  if (visitor === undefined) return {};
  if (!visitor.verified) return { visitorVerified: 'false', visitorFault: visitor.fault };
  const { subject, name, claims } = visitor;
  const spelled = claims === undefined ? '' : JSON.stringify(claims);
  return {
    visitorVerified: 'true',
    ...(subject !== undefined && { visitorSubject: subject }),
    ...(name !== undefined && { visitorName: name }),
    ...(spelled !== '' && spelled.length <= MAX_CLAIMS_LENGTH && { visitorClaims: spelled }),
  };
}

/** The page among a call's custom parameters: `pageTitle`, and its address as `page`. */
export function pageOf({ page, pageTitle }: Readonly<Record<string, string>>): PageInfo | undefined {
  const url = PageInfoSchema.shape.url.safeParse(page).data;
  const title = PageInfoSchema.shape.title.safeParse(pageTitle).data;
  if (url === undefined && title === undefined) return undefined;
  return { ...(title !== undefined && { title }), ...(url !== undefined && { url }) };
}
