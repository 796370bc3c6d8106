using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>Writes the REGISTER of a state (RFC 3261 §10.2, RFC 5626 §4.2) and reads what the registrar granted.</summary>
internal static class RegisterRequest
{
    public static SipRequest Write(SipAgentCore core, SipRegistrationState state, TimeSpan expires, bool isOutbound)
    {
        var identity = state.Request.Identity;
        var seconds = Math.Ceiling(expires.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var contact = core.ContactUriOf(state.Request.ContactUser, state.Line.NextHop);
        var register = new SipRequest(SipMethods.Register, new SipUri("sip:" + (identity.Host.Length > 0 ? identity.Host : state.Request.Registrar.Remote.ToString())));
        register.Headers.Add("Max-Forwards", "70");
        register.Headers.Add("From", $"<{identity}>;tag={state.FromTag}");
        register.Headers.Add("To", $"<{identity}>");
        register.Headers.Add("Call-ID", state.CallId);
        register.Headers.Add("CSeq", $"{state.CSeq} REGISTER");
        register.Headers.Add("Contact", $"<{contact}>;{Features(core, state, isOutbound)}expires={seconds}");
        register.Headers.Add("Expires", seconds);
        register.Headers.Add("Supported", isOutbound ? "path, outbound" : "path");
        if (state.Request.IsTrusted) register.Headers.Add("Authorization", TrustedAuthorization(state.Request, register.Uri));
        register.Headers.Add("Allow", SipMethods.Allowed);
        if (core.Options.AccessNetwork is { } access) register.Headers.Add("P-Access-Network-Info", access);
        if (core.Options.UserAgent.Length > 0) register.Headers.Add("User-Agent", core.Options.UserAgent);
        return register;
    }

    private static string Features(SipAgentCore core, SipRegistrationState state, bool isOutbound)
    {
        var instance = $"+sip.instance=\"<urn:uuid:{state.Request.InstanceId:D}>\";";
        if (isOutbound) instance += "reg-id=1;";
        if (core.Options.IsFixed) instance += CallerPreferences.Fixed + ";";
        return core.Options.IsTelephony ? instance + MultimediaTelephony.Feature + ";audio;" : instance;
    }

    /// <summary>This node has authenticated the subscriber by itself (TS 24.229 §7.2A.2.3, TS 24.371 §5.3).</summary>
    private static string TrustedAuthorization(SipRegistrationRequest request, SipUri registrar) =>
        Unchallenged(request, registrar) + ", integrity-protected=\"auth-done\"";

    /// <summary>Who registers, before there is a challenge (TS 24.229 §5.1.1.2.2).</summary>
    public static string Unchallenged(SipRegistrationRequest request, SipUri registrar) =>
        $"Digest username={SipScanner.Quote(request.Credentials.UserName)}, realm={SipScanner.Quote(registrar.Host)}, nonce=\"\", "
        + $"uri={SipScanner.Quote(registrar.Text)}, response=\"\"";

    /// <summary>The expires of our Contact among all that the registrar lists, else Expires, else what was asked for (§10.2.4).</summary>
    public static TimeSpan Granted(SipResponse response, SipUri ours, TimeSpan asked)
    {
        foreach (var contact in response.Addresses("Contact"))
        {
            if (!contact.Uri.NamesSameContact(ours)) continue;
            if (uint.TryParse(contact.Parameters["expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        }

        return response.Number("Expires") is { } all ? TimeSpan.FromSeconds(all) : asked;
    }
}
