using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>What a call needs to know of the registration it uses: a value, so that it outlives the registration.</summary>
/// <param name="NextHop">Where requests outside dialogs go.</param>
/// <param name="ServiceRoutes">Service-Route of the registrar (RFC 3608): the route set of such requests.</param>
/// <param name="PreferredIdentity">What we name in P-Preferred-Identity: the first P-Associated-URI, else the registered identity.</param>
public sealed record SipLine(
    SipUri Identity, string ContactUser, SipFlow NextHop, SipCredentials Credentials,
    IReadOnlyList<string> ServiceRoutes, SipUri PreferredIdentity)
{
    public static SipLine Of(SipRegistrationRequest request) =>
        new(request.Identity, request.ContactUser, request.Registrar, request.Credentials, [], request.Identity);

    /// <summary>
    /// The Route of a request outside a dialog: the next hop and what the registrar gave (TS 24.229 §5.1.2A.1.1), once only
    /// where the registrar names the next hop itself. Empty where it gave nothing.
    /// </summary>
    public IReadOnlyList<string> Routes()
    {
        if (ServiceRoutes.Count == 0) return [];
        var namesNextHop = NameAddress.TryParse(ServiceRoutes[0], out var first) &&
            first.Uri.TryGetEndPoint(out var endPoint) && endPoint.Equals(NextHop.Remote);
        return namesNextHop ? ServiceRoutes : [$"<sip:{NextHop.Remote};lr>", .. ServiceRoutes];
    }
}
