using System.Runtime.Versioning;

// What is tested runs on Debian machines, and so do its tests.
[assembly: SupportedOSPlatform("linux")]
