typedef int Base;
