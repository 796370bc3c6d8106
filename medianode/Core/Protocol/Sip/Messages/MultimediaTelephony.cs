namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>How IMS names the service of ordinary calls: the IMS communication service identifier of TS 24.173 §5.1.</summary>
internal static class MultimediaTelephony
{
    public const string Service = "urn:urn-7:3gpp-service.ims.icsi.mmtel";

    /// <summary>As a feature tag of Contact and Accept-Contact (TS 24.229 §7.9.2).</summary>
    public const string Feature = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"";

    /// <summary>What a call asks for (TS 24.229 §5.1.2A.1.1): the service itself, and phones that do it.</summary>
    public static void Ask(SipRequest invite)
    {
        invite.Headers.Add("P-Preferred-Service", Service);
        invite.Headers.Add("Accept-Contact", "*;" + Feature);
    }
}
